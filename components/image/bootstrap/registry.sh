# Builds the local registry's image into the engine: there is no registry yet that it could come from.
# Environment: MORGAN_DOCKERFILE, MORGAN_IMAGE, MORGAN_CA, MORGAN_APT_SOURCES, MORGAN_APT_AUTH,
# MORGAN_PROXY, MORGAN_NO_PROXY, SOURCE_DATE_EPOCH.
set -euo pipefail
empty=$(mktemp -d)
secrets=()
[ -z "$MORGAN_CA" ] || secrets+=(--secret id=ca,env=MORGAN_CA)
[ -z "$MORGAN_APT_SOURCES" ] || secrets+=(--secret id=apt-sources,env=MORGAN_APT_SOURCES)
[ -z "$MORGAN_APT_AUTH" ] || secrets+=(--secret id=apt-auth,env=MORGAN_APT_AUTH)
proxy=()
[ -z "$MORGAN_PROXY" ] || proxy=(--build-arg http_proxy="$MORGAN_PROXY" --build-arg https_proxy="$MORGAN_PROXY" --build-arg no_proxy="$MORGAN_NO_PROXY")
trap 'rm -rf "$empty" ${work:+"$work"}' EXIT
docker buildx build --builder default --quiet --provenance=false --load --tag "$MORGAN_IMAGE" \
  --build-arg SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" "${secrets[@]}" "${proxy[@]}" \
  --file - "${folder:-$empty}" <<<"$MORGAN_DOCKERFILE" >&2

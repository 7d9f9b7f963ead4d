# Builds the local registry's image into the engine: there is no registry yet that it could come from.
# Environment: MORGAN_DOCKERFILE, MORGAN_IMAGE, MORGAN_CA, MORGAN_APT_SOURCES, SOURCE_DATE_EPOCH.
set -euo pipefail
empty=$(mktemp -d)
secrets=()
[ -z "$MORGAN_CA" ] || secrets+=(--secret id=ca,env=MORGAN_CA)
[ -z "$MORGAN_APT_SOURCES" ] || secrets+=(--secret id=apt-sources,env=MORGAN_APT_SOURCES)
trap 'rm -rf "$empty" ${work:+"$work"}' EXIT
docker buildx build --builder default --quiet --provenance=false --load --tag "$MORGAN_IMAGE" \
  --build-arg SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" "${secrets[@]}" \
  --file - "${folder:-$empty}" <<<"$MORGAN_DOCKERFILE" >&2

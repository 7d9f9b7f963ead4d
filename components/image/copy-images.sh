# Copies a release's images from the repository that it was promoted from, and proves that they are the same. Nothing is
# built, and within one registry no layer is sent. What the engine has under the release's own name was copied before: it
# needs neither that repository nor a registry, and is put back into the registry where that has lost it.
# Environment: MORGAN_COPIES, a line an image: source with digest, target with tag, digest, name in the engine.
set -euo pipefail
in_registry() {
  local sum
  sum=$(timeout 30 docker buildx imagetools inspect --raw "$1" | sha256sum) && echo "sha256:${sum%% *}"
}
in_engine() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true; }
# The copies run at once, and their images share layers. Distribution 2.8 on a file system writes a layer's link in place:
# a manifest that it checks at that moment is refused with status 400. The next try finds the link whole.
create() {
  local pause
  for pause in 1 2; do
    docker buildx imagetools create --prefer-index=false --tag "$2" "$1" >&2 && return
    echo "$2 was not copied; trying again in $pause s" >&2
    sleep "$pause"
  done
  docker buildx imagetools create --prefer-index=false --tag "$2" "$1" >&2
}
copy() {
  local source=$1 target=$2 digest=$3 kept=$4 found
  found=$(in_registry "$target" 2>/dev/null || true)
  if [ "$(in_engine "$kept")" = "$digest" ]; then
    [ "$found" = "$digest" ] && return
    docker tag "$kept" "$target"
    docker push --quiet "$target" >&2 || echo "$target is in the engine only: its registry did not take it" >&2
    return
  fi
  if [ "$found" != "$digest" ]; then
    create "$source" "$target"
    found=$(in_registry "$target")
  fi
  if [ "$found" != "$digest" ]; then
    echo "$target is $found and not $digest, which $source is" >&2
    return 1
  fi
  docker pull --quiet "$target" >&2
  found=$(in_engine "$target")
  if [ "$found" != "$digest" ]; then
    echo "the engine got $found for $target and not $digest" >&2
    return 1
  fi
  docker tag "$target" "$kept"
}
pids=()
while read -r source target digest kept; do
  copy "$source" "$target" "$digest" "$kept" &
  pids+=($!)
done <<<"$MORGAN_COPIES"
for pid in "${pids[@]}"; do wait "$pid"; done

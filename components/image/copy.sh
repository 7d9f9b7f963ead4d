# Copies a release's images from the repository that it was promoted from, and proves that they are the same. Nothing is
# built, and within one registry no layer is sent. An image that the engine has under the release's own name was copied
# before: for that one no registry is asked.
# Environment: MORGAN_COPIES, a line an image: source with digest, target with tag, digest, name in the engine.
set -euo pipefail
copy() {
  local source=$1 target=$2 digest=$3 kept=$4 found
  found=$(docker image inspect --format '{{.Id}}' "$kept" 2>/dev/null || true)
  if [ "$found" = "$digest" ]; then return; fi
  docker buildx imagetools create --prefer-index=false --tag "$target" "$source" >&2
  found=sha256:$(docker buildx imagetools inspect --raw "$target" | sha256sum | cut -d' ' -f1)
  if [ "$found" != "$digest" ]; then
    echo "$target is $found and not $digest, which $source is" >&2
    return 1
  fi
  docker pull --quiet "$target" >&2
  found=$(docker image inspect --format '{{.Id}}' "$target")
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

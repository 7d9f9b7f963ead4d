# Lets the Docker client log in to the registry, from a folder that goes with $work; the rest of its own folder stays.
# Environment: MORGAN_REGISTRY, MORGAN_REGISTRY_USER, MORGAN_REGISTRY_PASSWORD.
client=${DOCKER_CONFIG:-$HOME/.docker}
export DOCKER_CONFIG="$work/docker"
mkdir -m 0700 "$DOCKER_CONFIG"
for entry in "$client"/*; do
  [ ! -e "$entry" ] || [ "${entry##*/}" = config.json ] || ln -s "$entry" "$DOCKER_CONFIG/"
done
context=$(grep -os '"currentContext": *"[^"]*"' "$client/config.json" || true)
printf '{"auths":{"%s":{"auth":"%s"}}%s}' "$MORGAN_REGISTRY" \
  "$(printf '%s:%s' "$MORGAN_REGISTRY_USER" "$MORGAN_REGISTRY_PASSWORD" | base64 | tr -d '\n')" \
  "${context:+,$context}" >"$DOCKER_CONFIG/config.json"
unset MORGAN_REGISTRY_PASSWORD

# Puts the gateway's configuration where the gateway reads it, and has a gateway that runs take it over: its old worker
# finishes the connections that it has, a new one takes all others.
#
# MORGAN_STACK   name of the stack
# MORGAN_IMAGE   image of the gateway
# MORGAN_HOLDER  container that holds the new configuration, in MORGAN_FOLDER
# MORGAN_VOLUME  volume that the gateway has at MORGAN_FOLDER
set -euo pipefail

# The holder has the labels of this stack's state, or none if it was made before states had ids.
state=$(docker inspect --format '{{index .Config.Labels "morgan.state"}}' "$MORGAN_HOLDER")

# What is wrong must not get to where a gateway finds it that starts again. Paths in a configuration are those at which
# the gateway will find them, so it is checked where it lies.
docker run --rm --interactive --network none --read-only --user 0:0 --cap-drop ALL --security-opt no-new-privileges:true \
  --label "morgan.stack=$MORGAN_STACK" ${state:+--label "morgan.state=$state"} --label morgan.role=gateway-config \
  --volumes-from "$MORGAN_HOLDER:ro" --volume "$MORGAN_VOLUME:/current" "$MORGAN_IMAGE" \
  /bin/sh -eus "$MORGAN_FOLDER" <<'END'
haproxy -c -f "$1/haproxy.cfg" >/dev/null
for file in "$1"/*; do
  cp "$file" /current/.new
  mv -f /current/.new "/current/${file##*/}"
done
for file in /current/*; do
  [ -e "$1/${file##*/}" ] || rm -f "$file"
done
END

# The volume is this stack's alone. Another stack may have the same name.
gateway=$(docker ps --quiet --filter "volume=$MORGAN_VOLUME" --filter label=morgan.role=gateway --filter status=running)
[ -n "$gateway" ] || exit 0

# What the new worker has to know at once, without asking the network: where the containers are, and which are ready.
docker exec "$gateway" /bin/bash -c \
  'exec 3<>/dev/tcp/127.0.0.1/9998; echo "show servers state" >&3; cat <&3 >/tmp/.servers; mv /tmp/.servers /tmp/servers' ||
  echo "the gateway did not say which containers it knows; it will look for them anew" >&2

words() { docker logs "$gateway" 2>&1 | grep -E 'Loading (success|failure)' || true; }
before=$(words | wc -l)
# It goes to the init process, which hands it on to HAProxy's master. From inside: a container that the engine itself sends
# any signal counts as stopped by hand, and is not started again with the engine.
docker exec "$gateway" /bin/bash -c 'kill -USR2 1'
for _ in {1..150}; do
  said=$(words | tail -n "+$((before + 1))")
  case $said in
    *success*) exit 0 ;;
    *failure*) break ;;
  esac
  sleep 0.2
done
echo "the gateway goes on with its old configuration:" >&2
docker logs --tail 10 "$gateway" >&2 2>&1
exit 1

import {
  REGISTRY_COMMAND,
  REGISTRY_DATA,
  REGISTRY_PORT,
  REGISTRY_USER,
  WRITER_DIGEST,
  WRITER_GUARD,
} from "../../catalog/image-contract.ts";
import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";
import { debianRecipe } from "./debian.ts";

/** Port of the registry behind the guard, on the loopback address of the container. */
const INNER_PORT = 5001;

const CONFIG = `version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: ${REGISTRY_DATA}
  delete:
    enabled: true
http:
  addr: :${String(REGISTRY_PORT)}
`;

const REFUSAL = JSON.stringify({
  errors: [{ code: "UNAUTHORIZED", message: "only the builds of its own stack write to this registry" }],
});

/**
 * HAProxy lets everyone read, and lets only the stack write. The registry's own logins would be asked for at reads too,
 * and the engine would need one for every pull. A registry checks a whole layer before it answers, so the limits are long.
 */
const GUARD = `global
  log stdout format raw local0 warning
  maxconn 400

defaults
  mode http
  log global
  option disable-h2-upgrade
  timeout connect 5s
  timeout http-request 10s
  timeout client 10m
  timeout server 10m

frontend guard
  bind ipv4@:${String(REGISTRY_PORT)}
  acl reads method GET HEAD
  acl writer req.hdr(authorization),sha2(256),hex -m str "\${${WRITER_DIGEST}}"
  http-request return status 401 content-type application/json string '${REFUSAL}' hdr www-authenticate 'Basic realm="morgan"' hdr docker-distribution-api-version registry/2.0 if !reads !writer
  default_backend registry

backend registry
  server registry 127.0.0.1:${String(INNER_PORT)}
`;

/** If one of the two programs ends, the container ends, and the engine starts it again. */
const GUARDED = `#!/bin/bash
trap 'kill $(jobs -p)' TERM
REGISTRY_HTTP_ADDR=127.0.0.1:${String(INNER_PORT)} ${REGISTRY_COMMAND.join(" ")} &
haproxy -db -f /etc/registry-guard.cfg &
wait -n
code=$?
kill $(jobs -p) 2>/dev/null
wait
exit $code
`;

/** The local registry, from Debian's package on the root file system in the build context. */
export function debianRegistryRecipe(sources: PackageSources): readonly Instruction[] {
  return [...debianRecipe(), installDebianPackages(["docker-registry", "haproxy"], sources), ...registryTail()];
}

/** The local registry, from the program in the upstream image. HAProxy is from Debian's package, as in the gateway. */
export function upstreamRegistryRecipe(
  images: { readonly debian: string; readonly registry: string },
  sources: PackageSources,
): readonly Instruction[] {
  return [
    { kind: "from", image: images.debian },
    installDebianPackages(["haproxy"], sources),
    {
      kind: "run",
      mounts: [{ type: "bind", from: images.registry, source: "/bin/registry", target: "/run/registry" }],
      commands: ["cp /run/registry /usr/bin/docker-registry"],
    },
    ...registryTail(),
  ];
}

function registryTail(): readonly Instruction[] {
  return [
    { kind: "file", path: "/etc/registry.yml", mode: "0644", content: CONFIG },
    { kind: "file", path: "/etc/registry-guard.cfg", mode: "0644", content: GUARD },
    { kind: "file", path: WRITER_GUARD, mode: "0755", content: GUARDED },
    { kind: "run", commands: [`mkdir -p ${REGISTRY_DATA}`, `chown -R ${REGISTRY_USER} ${REGISTRY_DATA}`] },
    { kind: "user", user: REGISTRY_USER },
    { kind: "cmd", command: REGISTRY_COMMAND },
  ];
}

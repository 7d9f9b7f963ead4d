import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";
import { debianRecipe } from "./debian.ts";

/** Where the registry keeps its blobs. */
export const REGISTRY_DATA = "/var/lib/registry";

/** The user that the registry runs as. */
export const REGISTRY_USER = "10002:10002";

const CONFIG = `version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: ${REGISTRY_DATA}
  delete:
    enabled: true
http:
  addr: :5000
`;

/** The local registry, from Debian's package on the root file system that lies in the build context. */
export function debianRegistryRecipe(sources: PackageSources): readonly Instruction[] {
  return [...debianRecipe(), installDebianPackages(["docker-registry"], sources), ...registryTail("docker-registry")];
}

/** The local registry, from the upstream image, which runs as root and keeps its data as root. */
export function upstreamRegistryRecipe(image: string): readonly Instruction[] {
  return [{ kind: "from", image }, ...registryTail("registry")];
}

function registryTail(command: string): readonly Instruction[] {
  return [
    { kind: "file", path: "/etc/registry.yml", mode: "0644", content: CONFIG },
    { kind: "run", commands: [`mkdir -p ${REGISTRY_DATA}`, `chown -R ${REGISTRY_USER} ${REGISTRY_DATA}`] },
    { kind: "user", user: REGISTRY_USER },
    { kind: "entrypoint", command: [command, "serve", "/etc/registry.yml"] },
    { kind: "cmd", command: [] },
  ];
}

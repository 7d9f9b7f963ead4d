import { REGISTRY_DATA, REGISTRY_PORT, REGISTRY_USER } from "../../catalog/image-contract.ts";
import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";
import { debianRecipe } from "./debian.ts";

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

/** The local registry, from Debian's package on the root file system in the build context. */
export function debianRegistryRecipe(sources: PackageSources): readonly Instruction[] {
  return [...debianRecipe(), installDebianPackages(["docker-registry"], sources), ...registryTail("docker-registry")];
}

/** The local registry, from the upstream image. By itself that image runs as root, and its data belongs to root. */
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

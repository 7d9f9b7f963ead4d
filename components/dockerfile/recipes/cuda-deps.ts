import { SERVICE_USER, WEIGHTS } from "../../catalog/image-contract.ts";
import { installRequirements } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

const [uid = "", gid = ""] = SERVICE_USER.split(":");

/** Shared by the services that compute on a GPU: the CUDA libraries that more than torch uses, from wheels. */
export function cudaDepsRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "base" },
    // A new volume takes over the owner of the folder that it is mounted on; weights are downloaded by the service.
    { kind: "run", commands: [`install -d -o ${uid} -g ${gid} ${WEIGHTS}`] },
    installRequirements(requirements, sources),
  ];
}

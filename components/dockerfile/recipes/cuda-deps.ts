import { SERVICE_USER, WEIGHTS } from "../../catalog/image-contract.ts";
import { installRequirements } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

const [uid = "", gid = ""] = SERVICE_USER.split(":");

/** The stage below every service that computes on a GPU: the CUDA libraries that not only torch uses, from wheels. */
export function cudaDepsRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "base" },
    // Docker 28.5 gives a new volume the owner of the folder on which it is mounted. The service downloads the weights.
    { kind: "run", commands: [`install -d -o ${uid} -g ${gid} ${WEIGHTS}`] },
    installRequirements(requirements, sources),
  ];
}

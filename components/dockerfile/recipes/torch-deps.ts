import { installRequirements, withoutFiles } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";
import { UNREAD_CUDA_FILES } from "../excluded-files.ts";

/** The stage below every service that runs torch: torch, and the CUDA libraries that only torch uses, from wheels. */
export function torchDepsRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "cuda-deps" },
    withoutFiles(installRequirements(requirements, sources), UNREAD_CUDA_FILES),
  ];
}

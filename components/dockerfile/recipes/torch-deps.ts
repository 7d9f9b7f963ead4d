import { installRequirements, withoutFiles } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";
import { UNREAD_CUDA_FILES } from "../excluded-files.ts";

/** Shared by the services that run torch: torch, and the CUDA libraries that it alone needs, from wheels. */
export function torchDepsRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "cuda-deps" },
    withoutFiles(installRequirements(requirements, sources), UNREAD_CUDA_FILES),
  ];
}

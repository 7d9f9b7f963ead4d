import { installRequirements, VENV } from "../install.ts";
import type { PackageSources } from "../../package-sources.ts";
import type { Instruction } from "../instruction.ts";
import { UNREAD_CUDA_FILES } from "../unread-cuda-files.ts";

/** Shared by the services that run torch: torch, and the CUDA libraries that it alone needs, from wheels. */
export function torchDepsRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  const install = installRequirements(requirements, sources);
  // In the same RUN: a later layer would hide the files, and the image would hold them all the same.
  const remove = [`cd ${VENV}/lib/python3*/site-packages`, `rm -rf ${UNREAD_CUDA_FILES.join(" ")}`];
  return [
    { kind: "from", image: "cuda-deps" },
    { ...install, commands: [...install.commands, ...remove] },
  ];
}

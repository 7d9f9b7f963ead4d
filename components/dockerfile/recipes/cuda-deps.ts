import { installRequirements } from "../install.ts";
import type { PackageSources } from "../../package-sources.ts";
import type { Instruction } from "../instruction.ts";

/** Shared by the services that compute on a GPU: the CUDA libraries that more than torch uses, from wheels. */
export function cudaDepsRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [{ kind: "from", image: "base" }, installRequirements(requirements, sources)];
}

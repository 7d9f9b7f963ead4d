import { installDebianPackages, installRequirements, withoutFiles } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";
import { UNREAD_FILES } from "../excluded-files.ts";

/** The dependencies of one service: Debian packages, then its hash-locked requirements. */
export function serviceDepsRecipe(
  requirements: string,
  packages: readonly string[],
  sources: PackageSources,
): readonly Instruction[] {
  return [
    { kind: "from", image: "parent" },
    ...(packages.length > 0 ? [installDebianPackages(packages, sources)] : []),
    withoutFiles(installRequirements(requirements, sources), UNREAD_FILES),
  ];
}

import { DATA_USER } from "../../catalog/image-contract.ts";
import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/** Redis from Debian's package, with the user, the folder and the command of the upstream image. */
export function redisRecipe(sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "debian" },
    installDebianPackages(["redis-server"], sources, {
      before: ["useradd --system --uid 999 --user-group redis"],
      after: ["mkdir /data", "chown redis:redis /data"],
    }),
    { kind: "workdir", path: "/data" },
    { kind: "user", user: DATA_USER },
    { kind: "cmd", command: ["redis-server"] },
  ];
}

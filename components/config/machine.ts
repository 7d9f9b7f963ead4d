import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Facts about the machine that runs the program. They come from set-up and the environment, not from the configuration.
 */
export interface Machine {
  /** Operating system and architecture, by Node's names: "linux-x64", "darwin-arm64". */
  readonly platform: string;
  /** Source of the first images that set-up could reach; for a stack that has not recorded one. */
  readonly baseImages: "debian" | "registry";
  /** Folder for files that can be made again. It is kept between runs. */
  readonly cache: string;
  /** Path of this machine's uv program; empty if set-up has not installed it. */
  readonly uv: string;
  /** The same, also if builds need the uv program of another platform. */
  readonly ownUv: string;
  /** Folder for the temporary files of this run's builds; empty if set-up has named none. */
  readonly temporary: string;
  /** File into which the program writes its plan; empty if nobody reads it there. */
  readonly planFile: string;
  /** File into which a preview writes what has moved upstream; empty if nobody reads it there. */
  readonly outdatedFile: string;
  /** True if the plan's message has what stays, too. */
  readonly planAll: boolean;
  /** True for a preview away from the machine that will run the stack, without its engine. */
  readonly withoutMachine: boolean;
  /** Variables of this process, for programs that it runs. */
  readonly environment: NodeJS.ProcessEnv;
  /** Address of Pulumi's engine; empty if Pulumi does not run this program. */
  readonly pulumi: string;
}

/**
 * Reads the facts from the variables that set-up exports. A plain Pulumi without them gets the same defaults as set-up.
 */
export function readMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  // An empty variable counts as unset, as it does for set-up.
  const { MORGAN_CACHE: cache = "", XDG_CACHE_HOME: caches = "", HOME: home = "" } = env;
  return {
    platform: `${process.platform}-${process.arch}`,
    baseImages: env["MORGAN_BASE_IMAGES"] === "debian" ? "debian" : "registry",
    cache: cache || join(caches || join(home || homedir(), ".cache"), "morgan"),
    uv: env["MORGAN_UV"] ?? "",
    ownUv: env["MORGAN_UV"] ?? "",
    temporary: env["MORGAN_TMPDIR"] ?? "",
    planFile: env["MORGAN_PLAN_FILE"] ?? "",
    outdatedFile: env["MORGAN_OUTDATED_FILE"] ?? "",
    planAll: env["MORGAN_PLAN_ALL"] === "true",
    withoutMachine: env["MORGAN_WITHOUT_MACHINE"] === "true",
    environment: env,
    // Set by Pulumi 3.259 for each run of a program.
    pulumi: env["PULUMI_NODEJS_ENGINE"] ?? "",
  };
}

/**
 * Returns the path of the uv program that builds mount. It runs in the engine, so set-up puts one for another platform
 * beside the machine's own. Empty if set-up has installed none.
 *
 * @param architecture - the engine's: "amd64", "arm64".
 */
export function uvForBuilds({ platform, uv }: Pick<Machine, "platform" | "uv">, architecture: string): string {
  const wanted = `linux-${architecture === "amd64" ? "x64" : architecture}`;
  return uv === "" || wanted === platform ? uv : join(dirname(uv), wanted, "uv");
}

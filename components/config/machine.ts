import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Facts about the machine that runs the program. They come from set-up and the environment, not from the configuration.
 */
export interface Machine {
  /** Source of the first images that set-up could reach. */
  readonly baseImages: "debian" | "registry";
  /** Folder for files that can be made again. It is kept between runs. */
  readonly cache: string;
  /** Path of the uv program that builds mount; empty if set-up has not installed it. */
  readonly uv: string;
}

/**
 * Reads the facts from the variables that set-up exports. A plain Pulumi without them gets the same defaults as set-up.
 */
export function readMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  // An empty variable counts as unset, as it does for set-up.
  const { MORGAN_CACHE: cache = "", XDG_CACHE_HOME: caches = "", HOME: home = "" } = env;
  return {
    baseImages: env["MORGAN_BASE_IMAGES"] === "debian" ? "debian" : "registry",
    cache: cache || join(caches || join(home || homedir(), ".cache"), "morgan"),
    uv: env["MORGAN_UV"] ?? "",
  };
}

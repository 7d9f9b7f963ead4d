// docker compose, for the benchmark alone: nothing else of the project uses it.
import { join } from "node:path";
import { COMPOSE_MINIMUM } from "../lib/versions.mjs";
import { aptInstall, canUseApt, useTesting } from "./apt.mjs";
import { withLock } from "../lib/file-lock.mjs";
import { ask } from "../lib/process.mjs";
import { atLeast } from "./pulumi.mjs";
import { say } from "../lib/report.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

/**
 * Returns what keeps the machine from running docker compose.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureCompose(at, env) {
  if (!serves() && canUseApt()) {
    await withLock(join(at.cache, "locks", "compose"), async () => {
      if (serves()) return;
      say("installing docker compose from Debian packages (about 10 s)");
      useTesting(env);
      // By suite and not by pin: the machine's own Debian has a package of that name which is five years older.
      await aptInstall(at, ["docker-compose/testing"]);
    });
  }
  return serves()
    ? []
    : [`missing: docker compose ${COMPOSE_MINIMUM} or newer (the docker-compose-plugin or docker-compose package)`];
}

function serves() {
  const version = ask("docker", ["compose", "version", "--short"]);
  return version !== undefined && atLeast(version.replace(/^v/, ""), COMPOSE_MINIMUM);
}

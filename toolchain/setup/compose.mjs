// Installs docker compose, which only the benchmark uses.
import { join } from "node:path";
import { withLock } from "../lib/file-lock.mjs";
import { outputOf } from "../lib/process.mjs";
import { print } from "../lib/report.mjs";
import { COMPOSE_MINIMUM, atLeast } from "../lib/versions.mjs";
import { aptInstall, canUseTesting, useTesting } from "./apt.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

/**
 * Returns the problems that keep the machine from running docker compose.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureCompose(at, env) {
  if (!serves() && canUseTesting()) {
    await withLock(join(at.cache, "locks", "compose"), async () => {
      if (serves()) return;
      print("installing docker compose from Debian packages (about 10 s)");
      useTesting(env);
      // Names the suite, because the machine's own Debian may have a package of this name that is five years older.
      await aptInstall(at, ["docker-compose/testing"]);
    });
  }
  return serves()
    ? []
    : [`missing: docker compose ${COMPOSE_MINIMUM} or newer (the docker-compose-plugin or docker-compose package)`];
}

function serves() {
  const version = outputOf("docker", ["compose", "version", "--short"]);
  return version !== undefined && atLeast(version.replace(/^v/, ""), COMPOSE_MINIMUM);
}

// Checks the machine's container engine. Brings it up if none answers.
import { join } from "node:path";
import { engineAddress } from "../lib/engine-address.mjs";
import { withLock } from "../lib/file-lock.mjs";
import { which } from "../lib/process.mjs";
import { ENGINE_MINIMUM } from "../lib/versions.mjs";
import { linkClients } from "./clients.mjs";
import { engineInfo, engineProblems } from "./engine-api.mjs";
import { bringUp } from "./engine-start.mjs";

/** @import { EngineAddress } from "../lib/engine-address.mjs" */
/** @import { Paths } from "../lib/paths.mjs" */

/**
 * Returns the problems that keep the machine's engine from serving the project.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureEngine(at, env) {
  const address = engineAddress(env);
  let answer = await engineInfo(address, env);
  if ("reason" in answer && mayStart(address, answer.code, process.getuid?.())) {
    answer = await withLock(join(at.cache, "locks", "engine"), async () => {
      const again = await engineInfo(address, env);
      return "info" in again ? again : ((await bringUp(at, env)) ?? again);
    });
  }
  if ("reason" in answer) return [unreachable(address, answer.reason)];
  return [...engineProblems(answer.info), ...linkClients(at)];
}

/**
 * True if set-up may start the engine: as root, at the default socket, if nothing listens there. An engine that is
 * merely slow is left alone.
 * @param {Pick<EngineAddress, "source">} address
 * @param {string} code The code of the error.
 * @param {number | undefined} user The user's id.
 */
export function mayStart({ source }, code, user) {
  return source === "" && user === 0 && ["ENOENT", "ECONNREFUSED"].includes(code);
}

/**
 * @param {EngineAddress} address
 * @param {string} reason
 */
function unreachable({ host, source }, reason) {
  const chosen = source === "" ? "" : `, which ${source} names`;
  const start =
    source === "" && which("dockerd") ? "\nstart the engine: sudo systemctl start docker, or your system's way" : "";
  return (
    `missing: a container engine that answers at ${host}${chosen}: Docker ${ENGINE_MINIMUM} or newer, installed and ` +
    `running; ${reason}${start}`
  );
}

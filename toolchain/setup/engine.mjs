// Brings a container engine up if none answers: installs Debian's engine and starts it.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { engineAddress } from "../lib/engine-address.mjs";
import { withLock } from "../lib/file-lock.mjs";
import { readJson, writeWhole } from "../lib/files.mjs";
import { outputOf, excerpt, isAlive, startDetached, which } from "../lib/process.mjs";
import { SetupError, print } from "../lib/report.mjs";
import { ENGINE_MINIMUM } from "../lib/versions.mjs";
import { aptInstall, canUseApt, enginePackages } from "./apt.mjs";
import { linkClients } from "./clients.mjs";
import { engineInfo, engineProblems } from "./engine-api.mjs";

/** @import { EngineAddress } from "../lib/engine-address.mjs" */
/** @import { Paths } from "../lib/paths.mjs" */
/** @typedef {{ features?: Record<string, boolean> }} Settings */

const SETTINGS = "/etc/docker/daemon.json";
const DOCKERD_PID = "/var/run/docker.pid";

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

/**
 * Starts the engine, and installs it first if there is none. Only an engine that set-up installs gets settings: on
 * another one, the containerd image store would hide images and containers that somebody uses.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
async function bringUp(at, env) {
  if (!which("dockerd")) {
    if (!canUseApt()) return undefined;
    print("installing a container engine from Debian packages (about 30 s)");
    enableImageStore();
    await aptInstall(at, enginePackages(env));
  }
  if (isSystemd()) outputOf("systemctl", ["start", "docker"]);
  else await startDaemons(at);
  return waitForEngine(at, env);
}

/** @param {Settings} settings */
export function withImageStore(settings) {
  return { ...settings, features: { "containerd-snapshotter": true, ...settings.features } };
}

function enableImageStore() {
  const settings = /** @type {Settings | undefined} */ (readJson(SETTINGS)) ?? {};
  if (settings.features?.["containerd-snapshotter"] === undefined) {
    writeWhole(SETTINGS, `${JSON.stringify(withImageStore(settings), undefined, 2)}\n`);
  }
}

function isSystemd() {
  return existsSync("/run/systemd/system");
}

/** @param {Paths} at */
async function startDaemons(at) {
  const containerd = "/run/containerd/containerd.sock";
  if (!outputOf("ctr", ["--connect-timeout", "2s", "--address", containerd, "version"])) {
    await startDetached("containerd", [], filesOf(at, "containerd"));
    await until(() => existsSync(containerd), 15, `containerd makes ${containerd}`, logOf(at, "containerd"));
  }
  removeStalePid();
  await startDetached("dockerd", ["--containerd", containerd, "--pidfile", DOCKERD_PID], filesOf(at, "dockerd"));
}

/** dockerd 28 does not start if a process has the pid of its last run, even if that process is a zombie. */
function removeStalePid() {
  if (existsSync(DOCKERD_PID) && !isAlive(Number(readFileSync(DOCKERD_PID, "utf8")))) rmSync(DOCKERD_PID);
}

/**
 * @param {Paths} at
 * @param {string} daemon
 */
function filesOf(at, daemon) {
  return { log: logOf(at, daemon), pidFile: join(at.engine, `${daemon}.pid`) };
}

/**
 * @param {Paths} at
 * @param {string} daemon
 */
function logOf(at, daemon) {
  return existsSync("/var/log") ? `/var/log/morgan-${daemon}.log` : join(at.logs, `${daemon}.log`);
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
async function waitForEngine(at, env) {
  const address = engineAddress(env);
  return until(
    async () => {
      const answer = await engineInfo(address, env);
      return "info" in answer ? answer : undefined;
    },
    60,
    `the container engine answers at ${address.host}`,
    logOf(at, "dockerd"),
  );
}

/**
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {number} seconds
 * @param {string} what
 * @param {string} log
 */
async function until(condition, seconds, what, log) {
  print(`waiting until ${what}`);
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const result = await condition();
    if (result) return result;
    await sleep(100);
  }
  throw new SetupError(
    `gave up after ${seconds} s waiting until ${what}${existsSync(log) ? `; ${log}:\n${excerpt(log)}` : ""}`,
  );
}

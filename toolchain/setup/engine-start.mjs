// Starts the machine's container engine: by systemd, or else as programs of their own.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { engineAddress } from "../lib/engine-address.mjs";
import { readJson, writeWhole } from "../lib/files.mjs";
import { outputOf, excerpt, isAlive, startDetached, which } from "../lib/process.mjs";
import { SetupError, print } from "../lib/report.mjs";
import { aptInstall, canUseTesting, enginePackages } from "./apt.mjs";
import { engineInfo } from "./engine-api.mjs";

/** @import { Paths } from "../lib/paths.mjs" */
/** @typedef {{ features?: Record<string, boolean> }} Settings */

const SETTINGS = "/etc/docker/daemon.json";
const DOCKERD_PID = "/var/run/docker.pid";

/**
 * Starts the machine's engine, and returns its answer; undefined if set-up cannot start one.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function bringUp(at, env) {
  const began = await startEngine({
    isInstalled: () => which("dockerd") !== undefined,
    canInstall: canUseTesting,
    enableImageStore,
    install: () => aptInstall(at, enginePackages(env)),
    start: () => start(at),
  });
  return began ? waitForEngine(at, env) : undefined;
}

/**
 * @typedef {object} EngineHost What starts an engine on this machine.
 * @property {() => boolean} isInstalled
 * @property {() => boolean} canInstall
 * @property {() => void} enableImageStore Writes the setting into the engine's file.
 * @property {() => Promise<void>} install
 * @property {() => Promise<void>} start
 */

/**
 * Starts the engine, and installs it first if there is none; returns false if set-up can do neither. Only an engine that
 * set-up installs gets settings: on another one, the containerd image store would hide images and containers that
 * somebody uses.
 * @param {EngineHost} host
 */
export async function startEngine(host) {
  if (!host.isInstalled()) {
    if (!host.canInstall()) return false;
    print("installing a container engine from Debian packages (about 30 s)");
    host.enableImageStore();
    await host.install();
  }
  await host.start();
  return true;
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

/** @param {Paths} at */
async function start(at) {
  if (existsSync("/run/systemd/system")) outputOf("systemctl", ["start", "docker"]);
  else await startDaemons(at);
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

// Requests to the API of the container engine. They go to a local socket directly, because the docker client takes
// longer to start.
import { execFile } from "node:child_process";
import { request } from "node:http";
import { engineVariables } from "../lib/engine-address.mjs";
import { ENGINE_MINIMUM } from "../lib/versions.mjs";

/** @import { EngineAddress } from "../lib/engine-address.mjs" */
/** @typedef {{ ServerVersion: string, Architecture?: string, DriverStatus?: [string, string][] }} EngineInfo */
/** @typedef {{ body: unknown } | { reason: string, code: string }} Answer The body, or the reason why there is none. */

/**
 * Returns the engine's description, or the reason why it gives none, with the code of the error.
 * @param {EngineAddress} address
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ info: EngineInfo } | { reason: string, code: string }>}
 */
export async function engineInfo(address, env) {
  const socket = socketOf(address);
  const answer = socket ? await getJson(socket, "/info", 10_000) : await throughClient(env);
  return "body" in answer ? { info: /** @type {EngineInfo} */ (answer.body) } : answer;
}

/**
 * Returns true if the engine reaches its default registry.
 * @param {EngineAddress} address
 */
export async function registryReachable(address) {
  const socket = socketOf(address);
  // Somebody has set a remote engine up, so it counts as able to reach its registry.
  return !socket || "body" in (await getJson(socket, "/distribution/debian:stable-slim/json", 10_000));
}

/** @param {EngineAddress} address */
function socketOf({ host }) {
  return /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Answer>}
 */
function throughClient(env) {
  const options = {
    encoding: /** @type {const} */ ("utf8"),
    timeout: 20_000,
    env: { ...env, ...engineVariables(env) },
  };
  return new Promise((resolve) => {
    execFile("docker", ["info", "--format", "{{json .}}"], options, (error, stdout, stderr) => {
      const code = String(error?.code ?? "");
      if (code === "ENOENT") resolve({ reason: "there is no docker client on PATH to reach it with", code });
      else if (error?.killed) resolve({ reason: "it gave no answer within 20 s", code: "ETIMEDOUT" });
      else if (error) resolve({ reason: stderr.trim() || error.message, code });
      else resolve({ body: JSON.parse(stdout) });
    });
  });
}

/**
 * @param {string} socketPath
 * @param {string} path
 * @param {number} timeout
 * @returns {Promise<Answer>}
 */
function getJson(socketPath, path, timeout) {
  return new Promise((resolve) => {
    const outgoing = request({ socketPath, path, host: "engine", timeout }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (/** @type {string} */ chunk) => (body += chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve({ body: JSON.parse(body) });
        else resolve({ reason: `it answers ${response.statusCode} to ${path}`, code: "" });
      });
    });
    outgoing.on("timeout", () => {
      resolve({ reason: `it gave no answer within ${timeout / 1000} s`, code: "ETIMEDOUT" });
      outgoing.destroy();
    });
    outgoing.on("error", (error) => {
      const code = "code" in error ? String(error.code) : "";
      resolve({ reason: socketReason(code, socketPath) ?? error.message, code });
    });
    outgoing.end();
  });
}

/**
 * Returns the reason behind the code of a socket's error, or undefined for a code that needs no explanation.
 * @param {string} code
 * @param {string} socket
 */
export function socketReason(code, socket) {
  switch (code) {
    case "EACCES":
      return `your user may not open ${socket}: add it to the group docker (sudo usermod -aG docker "$USER"), then log in again`;
    case "ENOENT":
      return `there is no ${socket}`;
    case "ECONNREFUSED":
      return `nothing listens at ${socket}`;
    default:
      return undefined;
  }
}

/**
 * Returns the reasons for which an engine that answers is not usable for this project.
 * @param {EngineInfo} info
 */
export function engineProblems(info) {
  const problems = [];
  if (!(Number.parseInt(info.ServerVersion, 10) >= ENGINE_MINIMUM)) {
    problems.push(
      `missing: a container engine of version ${ENGINE_MINIMUM} or newer; the one that answers is ${info.ServerVersion}`,
    );
  }
  if (!JSON.stringify(info.DriverStatus ?? []).includes("io.containerd.snapshotter.v1")) {
    problems.push(
      "missing: the engine's containerd image store, which keeps what a build pushes: set\n" +
        '"features": {"containerd-snapshotter": true} in /etc/docker/daemon.json (Docker Desktop: Settings, General,\n' +
        '"Use containerd for pulling and storing images") and restart the engine; images in the old store stay there unseen',
    );
  }
  return problems;
}

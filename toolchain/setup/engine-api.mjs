// Requests to the API of the container engine. They go to its socket, because the docker client takes longer to start.
import { request } from "node:http";
import { outputOf } from "../lib/process.mjs";
import { ENGINE_MINIMUM } from "../lib/versions.mjs";

/** @typedef {{ ServerVersion: string, Architecture?: string, DriverStatus?: [string, string][] }} EngineInfo */

export const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * Returns the engine's description, or undefined if no engine answers.
 * @param {string} host
 * @returns {Promise<EngineInfo | undefined>}
 */
export async function engineInfo(host) {
  const socket = socketOf(host);
  if (socket) return /** @type {Promise<EngineInfo | undefined>} */ (getJson(socket, "/info", 10_000));
  const answer = outputOf("docker", ["--host", host, "info", "--format", "{{json .}}"]);
  return answer ? /** @type {EngineInfo} */ (JSON.parse(answer)) : undefined;
}

/**
 * Returns true if the engine reaches its default registry.
 * @param {string} host
 */
export async function registryReachable(host) {
  const socket = socketOf(host);
  // Somebody has set a remote engine up, so it counts as able to reach its registry.
  return !socket || (await getJson(socket, "/distribution/debian:stable-slim/json", 10_000)) !== undefined;
}

/** @param {string} host */
function socketOf(host) {
  return /^unix:\/\/(.+)$/.exec(host)?.[1];
}

/**
 * @param {string} socketPath
 * @param {string} path
 * @param {number} timeout
 * @returns {Promise<unknown>}
 */
function getJson(socketPath, path, timeout) {
  return new Promise((resolve) => {
    const outgoing = request({ socketPath, path, host: "engine", timeout }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (/** @type {string} */ chunk) => (body += chunk));
      response.on("end", () => {
        resolve(response.statusCode === 200 ? JSON.parse(body) : undefined);
      });
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => {
      resolve(undefined);
    });
    outgoing.end();
  });
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

// What the container engine says about itself. One HTTP request on its socket: the docker client takes longer to start.
import { request } from "node:http";
import { ENGINE_MINIMUM } from "../lib/versions.mjs";
import { ask } from "../lib/process.mjs";

/** @typedef {{ ServerVersion: string, DriverStatus?: [string, string][] }} EngineInfo */

export const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * The engine's description, or undefined where none answers.
 * @param {string} host
 * @returns {Promise<EngineInfo | undefined>}
 */
export async function engineInfo(host) {
  const socket = socketOf(host);
  if (socket) return /** @type {Promise<EngineInfo | undefined>} */ (getJson(socket, "/info", 10_000));
  const answer = ask("docker", ["--host", host, "info", "--format", "{{json .}}"]);
  return answer ? /** @type {EngineInfo} */ (JSON.parse(answer)) : undefined;
}

/**
 * Whether the engine reaches the registry that image names without a host stand for.
 * @param {string} host
 */
export async function registryReachable(host) {
  const socket = socketOf(host);
  // A remote engine is somebody's set-up: it is taken to reach what it was set up for.
  return !socket || (await getJson(socket, "/distribution/debian:stable-slim/json", 3_000)) !== undefined;
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
 * Why an engine that answers does not serve this project.
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

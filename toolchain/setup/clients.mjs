// Puts a docker client that works with buildx first on PATH, because an older client may come before it.
import { existsSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { outputOf, which } from "../lib/process.mjs";
import { ENGINE_MINIMUM } from "../lib/versions.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

/** @param {Paths} at */
export function linkClients(at) {
  const link = join(at.clients, "docker");
  if (existsSync(link)) return [];
  const client = docker();
  if (!client)
    return [
      `missing: a docker client of version ${ENGINE_MINIMUM} or newer with the buildx plugin (docker-cli and docker-buildx)`,
    ];
  // Windows lets few users make a link, and has no older client of a distribution.
  if (process.platform === "win32") return [];
  mkdirSync(at.clients, { recursive: true });
  const temporary = `${link}.part-${process.pid}`;
  symlinkSync(client, temporary);
  renameSync(temporary, link);
  return [];
}

// The client of a distribution belongs to its engine, so it comes before the other clients on PATH.
function docker() {
  return ["/usr/bin/docker", which("docker")].find(
    (client) =>
      client &&
      Number.parseInt(outputOf(client, ["version", "--format", "{{.Client.Version}}"]) ?? "0", 10) >= ENGINE_MINIMUM &&
      outputOf(client, ["buildx", "version"]) !== undefined,
  );
}

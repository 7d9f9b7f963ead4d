// A docker client that works with buildx comes first on PATH: an older one may hide it.
import { existsSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ask, which } from "../lib/process.mjs";
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
  mkdirSync(at.clients, { recursive: true });
  const temporary = `${link}.part-${process.pid}`;
  symlinkSync(client, temporary);
  renameSync(temporary, link);
  return [];
}

// A distribution's own client belongs to its engine, so it is tried before what else is on PATH.
function docker() {
  return ["/usr/bin/docker", which("docker")].find(
    (client) =>
      client &&
      Number.parseInt(ask(client, ["version", "--format", "{{.Client.Version}}"]) ?? "0", 10) >= ENGINE_MINIMUM &&
      ask(client, ["buildx", "version"]) !== undefined,
  );
}

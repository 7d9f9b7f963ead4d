import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readTextIfExists } from "../../system/files.ts";

/**
 * File with the hosts of the registries that builds of this project have logged in to. The command line reads it too.
 */
const HOSTS = ".morgan/logins";

let isScheduled = false;

/**
 * Removes stray credentials: of earlier runs at once, of this run at its end. docker-build 0.0.22 writes the
 * credentials of every build into a new folder below the system's temporary folder. It removes that folder too early,
 * so the file stays.
 */
export function removeCredentialsAtEnd(host: string): void {
  const hosts = readHosts();
  if (!hosts.includes(host)) {
    mkdirSync(dirname(HOSTS), { recursive: true });
    writeFileSync(HOSTS, [...hosts, host].map((line) => `${line}\n`).join(""));
  }
  if (isScheduled) return;
  isScheduled = true;
  removeStrayCredentials();
  process.once("exit", () => {
    removeStrayCredentials();
  });
}

/**
 * Removes the stray credentials for every host in `HOSTS`. A build that still runs has already read its credentials. It
 * needs the other files of the folder, which contain no secret.
 */
export function removeStrayCredentials(folder = tmpdir()): void {
  const hosts = readHosts();
  if (hosts.length === 0) return;
  const left = readdirSync(folder).filter((name) => name.startsWith("pulumi-docker-"));
  for (const file of left.map((name) => join(folder, name, "config.json"))) {
    const text = readTextIfExists(file) ?? "";
    if (hosts.some((host) => text.includes(`"${host}"`))) rmSync(file, { force: true });
  }
}

function readHosts(): string[] {
  return (readTextIfExists(HOSTS) ?? "").split("\n").filter((line) => line !== "");
}

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readTextIfExists } from "../../system/files.ts";

/** The registries, by their hosts, that builds of this project have logged in to; the command line reads it too. */
const HOSTS = ".morgan/logins";

let isNoted = false;

/**
 * Takes away the log-ins that the build provider leaves: it writes one for every build, into a folder of its own below the
 * system's temporary one, and means to remove it but does so too early. Those of earlier runs go at once, those of this run
 * at its end.
 */
export function removeCredentialsAtEnd(host: string): void {
  const hosts = readHosts();
  if (!hosts.includes(host)) {
    mkdirSync(dirname(HOSTS), { recursive: true });
    writeFileSync(HOSTS, [...hosts, host].map((line) => `${line}\n`).join(""));
  }
  if (isNoted) return;
  isNoted = true;
  removeStrayCredentials();
  process.once("exit", () => {
    removeStrayCredentials();
  });
}

/**
 * Removes the log-ins to all registries that were noted. A build that is under way has read its own and needs the rest of
 * the folder, in which no secret lies.
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

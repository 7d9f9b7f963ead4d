import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const hosts = new Set<string>();

/**
 * Takes away the log-ins that the build provider leaves: it writes one for every build, into a folder of its own below the
 * system's temporary one, and means to remove it but does so too early. Those of killed runs go at once, those of this run
 * at its end.
 */
export function removeLoginsAtEnd(host: string): void {
  if (hosts.has(host)) return;
  hosts.add(host);
  removeLogins(host);
  process.once("exit", () => {
    removeLogins(host);
  });
}

/**
 * Removes the log-ins to a host. A build that is under way has read its own and needs the rest of the folder, in which no
 * secret lies.
 */
export function removeLogins(host: string, folder = tmpdir()): void {
  const left = readdirSync(folder).filter((name) => name.startsWith("pulumi-docker-"));
  for (const file of left.map((name) => join(folder, name, "config.json"))) {
    if (holdsLogin(file, host)) rmSync(file, { force: true });
  }
}

function holdsLogin(file: string, host: string): boolean {
  try {
    return readFileSync(file, "utf8").includes(`"${host}"`);
  } catch {
    return false;
  }
}

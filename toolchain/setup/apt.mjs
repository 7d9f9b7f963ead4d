// Installs Debian packages. The engine comes from Debian testing, and apt holds everything else of that suite back.
// Another package comes from there only if the engine needs it and Debian stable does not have it.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lib/file-lock.mjs";
import { writeWhole } from "../lib/files.mjs";
import { setting } from "../lib/paths.mjs";
import { run, which } from "../lib/process.mjs";
import { missing } from "../lib/report.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

const OS_RELEASE = "/etc/os-release";
const SOURCES = "/etc/apt/sources.list.d/morgan-engine.sources";
const PREFERENCES = "/etc/apt/preferences.d/morgan-engine";
const FROM_TESTING = ["docker.io", "docker-cli", "docker-buildx", "containerd"];

export function canUseApt() {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && which("apt-get") !== undefined;
}

/** Returns true on Debian itself: packages of Debian testing do not fit the libraries of Ubuntu and of its other kin. */
export function canUseTesting() {
  return canUseApt() && existsSync(OS_RELEASE) && isDebian(readFileSync(OS_RELEASE, "utf8"));
}

/** @param {string} osRelease Text in the format of os-release(5). */
export function isDebian(osRelease) {
  return /^ID=["']?debian["']?\s*$/m.test(osRelease);
}

/**
 * @param {Paths} at
 * @param {string[]} packages
 */
export async function aptInstall(at, packages) {
  await withLock(join(at.cache, "locks", "apt"), async () => {
    const log = join(at.logs, "apt.log");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // apt fails at once if another package manager holds apt's own lock. With this option apt waits.
    const apt = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
    await run("apt-get", [...apt, "update"], { log, env });
    await run("apt-get", [...apt, "install", "--yes", "--no-install-recommends", ...packages], { log, env });
  });
}

/**
 * Returns the packages of the engine. runc and iptables come from the machine's own release of Debian.
 * @param {NodeJS.ProcessEnv} env
 */
export function enginePackages(env) {
  useTesting(env);
  return [...FROM_TESTING, "iptables"];
}

/**
 * Adds Debian testing to the sources of apt, and holds back every package that has no name here.
 * @param {NodeJS.ProcessEnv} env
 */
export function useTesting(env) {
  const mirror = setting(env, "MORGAN_APT_MIRROR") ?? debianMirror(aptSources());
  if (!mirror) {
    throw missing("a Debian mirror: /etc/apt names none. Set MORGAN_APT_MIRROR to the address of one.");
  }
  writeWhole(SOURCES, sourcesFile(mirror));
  writeWhole(PREFERENCES, preferencesFile());
}

/** @param {string} mirror */
export function sourcesFile(mirror) {
  return [
    "# Written by the Morgan stack's set-up: the container engine of Debian testing.",
    "Types: deb",
    `URIs: ${mirror}`,
    "Suites: testing",
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
    "",
  ].join("\n");
}

export function preferencesFile() {
  /** @type {(packages: string, priority: number) => string} */
  const pin = (packages, priority) => `Package: ${packages}\nPin: release a=testing\nPin-Priority: ${priority}\n`;
  return [pin("*", 100), pin(FROM_TESTING.join(" "), 600)].join("\n");
}

export function aptSources() {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name)) : [];
  return ["/etc/apt/sources.list", ...files.map((name) => join(folder, name))]
    .filter((file) => file !== SOURCES && existsSync(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

/**
 * Returns the machine's own mirror of Debian, from sources in the one-line or the deb822 format.
 * @param {string} sources
 */
export function debianMirror(sources) {
  const addresses = [...sources.matchAll(/^\s*(?:URIs:|deb\s+(?:\[[^\]]*\]\s+)?)\s*(\S+)/gm)].map(
    ([, address]) => address ?? "",
  );
  return addresses.find((address) => /\/debian\/?$/.test(address));
}

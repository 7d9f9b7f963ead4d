// Provides Pulumi's CLI, its Node language host and three plugins. They are the machine's own, else the official
// downloads, else built from Go modules.
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lib/file-lock.mjs";
import { writeWhole } from "../lib/files.mjs";
import { home, setting, toolchainComplete } from "../lib/paths.mjs";
import { outputOf, run, which } from "../lib/process.mjs";
import { missing, print } from "../lib/report.mjs";
import { PLUGINS, PULUMI_MINIMUM, PULUMI_VERSION, atLeast } from "../lib/versions.mjs";
import { buildToolchain } from "./build.mjs";
import { downloadCli, downloadsReachable } from "./download.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensurePulumi(at, env) {
  await ensureToolchain(at, env);
  if (toolchainComplete(at)) leaveOutLogs(at);
}

/**
 * Puts a file in the place of the log folder. Pulumi 3.259 writes a debug log of every run into its home, which costs
 * time, and has no setting against it. Pulumi goes on without a log if it cannot make the folder.
 * `pulumi --logtostderr -v=9` prints the same log.
 * @param {Pick<Paths, "pulumiHome">} at
 */
export function leaveOutLogs({ pulumiHome }) {
  const logs = join(pulumiHome, "logs");
  if (statSync(logs, { throwIfNoEntry: false })?.isFile()) return;
  rmSync(logs, { recursive: true, force: true });
  writeWhole(logs, "This file keeps Pulumi from writing a log of every run here: see toolchain/setup/pulumi.mjs.\n");
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
async function ensureToolchain(at, env) {
  if (isReady(at, env)) return;
  await withLock(join(at.cache, "locks", "toolchain"), async () => {
    if (isReady(at, env)) return;
    if (downloadsReachable()) return useDownloads(at, env);
    requireGo();
    await buildToolchain(at);
    complete(at);
  });
}

/**
 * Throws if this step would lack something. A set-up that has failed already reports that too, without a build of
 * minutes.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export function checkPulumi(at, env) {
  if (!isReady(at, env) && !downloadsReachable()) requireGo();
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function isReady(at, env) {
  return toolchainComplete(at) || (hasOwnCli() && hasPlugins(homeOf(env)));
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
async function useDownloads(at, env) {
  if (hasOwnCli()) return installPlugins(at, "pulumi", homeOf(env));
  await downloadCli(at);
  await installPlugins(at, join(at.toolchainBin, "pulumi"), at.pulumiHome);
  complete(at);
}

/**
 * @param {Paths} at
 * @param {string} pulumi
 * @param {string} folder
 */
async function installPlugins(at, pulumi, folder) {
  for (const [name, version] of Object.entries(PLUGINS)) {
    if (hasPlugin(folder, name, version)) continue;
    print(`installing Pulumi's ${name} plugin ${version} (about 10 s)`);
    mkdirSync(folder, { recursive: true });
    const env = { ...process.env, PULUMI_HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await run(pulumi, ["plugin", "install", "resource", name, version], {
      log: join(at.logs, `plugin-${name}.log`),
      env,
    });
  }
}

/** @param {Paths} at */
function complete(at) {
  writeWhole(join(at.toolchain, "complete"), `${PULUMI_VERSION}\n`);
}

function requireGo() {
  const version = outputOf("go", ["env", "GOVERSION"]);
  if (version && atLeast(version.replace(/^go/, ""), "1.21")) return;
  throw missing(
    `Pulumi ${PULUMI_MINIMUM} or newer, and its downloads do not answer. Install it, or Go 1.26 or newer to build it\n` +
      "(Go 1.21 and newer fetch a newer Go if the module proxy has it)",
  );
}

function hasOwnCli() {
  const version = which("pulumi") && outputOf("pulumi", ["version"]);
  return version !== undefined && atLeast(version.replace(/^v/, ""), PULUMI_MINIMUM);
}

/** @param {string} folder */
function hasPlugins(folder) {
  return Object.entries(PLUGINS).every(([name, version]) => hasPlugin(folder, name, version));
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} version
 */
function hasPlugin(folder, name, version) {
  return existsSync(join(folder, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`));
}

/** @param {NodeJS.ProcessEnv} env */
function homeOf(env) {
  return setting(env, "PULUMI_HOME") ?? join(home(env), ".pulumi");
}

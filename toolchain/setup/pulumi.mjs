// Pulumi's CLI, its Node language host and the three plugins: the machine's own, else the official downloads, else
// built from Go modules.
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { toolchainComplete } from "../paths.mjs";
import { PLUGINS, PULUMI_MINIMUM, PULUMI_VERSION } from "../versions.mjs";
import { buildToolchain } from "./build.mjs";
import { downloadCli, downloadsReachable } from "./download.mjs";
import { writeWhole } from "./files.mjs";
import { withLock } from "./lock.mjs";
import { ask, run, which } from "./process.mjs";
import { SetupError, say } from "./report.mjs";

export async function ensurePulumi(at, env) {
  if (isReady(at, env)) return;
  await withLock(join(at.cache, "locks", "toolchain"), async () => {
    if (isReady(at, env)) return;
    if (downloadsReachable()) return useDownloads(at, env);
    requireGo();
    await buildToolchain(at);
    complete(at);
  });
}

/** For a set-up that stops anyway: says what this step would lack, without minutes of building. */
export function checkPulumi(at, env) {
  if (!isReady(at, env) && !downloadsReachable()) requireGo();
}

function isReady(at, env) {
  return toolchainComplete(at) || (hasOwnCli() && hasPlugins(homeOf(env)));
}

async function useDownloads(at, env) {
  if (hasOwnCli()) return installPlugins(at, "pulumi", homeOf(env));
  await downloadCli(at);
  await installPlugins(at, join(at.toolchainBin, "pulumi"), at.pulumiHome);
  complete(at);
}

async function installPlugins(at, pulumi, home) {
  for (const [name, version] of Object.entries(PLUGINS)) {
    if (hasPlugin(home, name, version)) continue;
    say(`installing Pulumi's ${name} plugin ${version} (about 10 s)`);
    mkdirSync(home, { recursive: true });
    const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await run(pulumi, ["plugin", "install", "resource", name, version], { log: join(at.logs, `plugin-${name}.log`), env });
  }
}

function complete(at) {
  writeWhole(join(at.toolchain, "complete"), `${PULUMI_VERSION}\n`);
}

function requireGo() {
  const version = ask("go", ["env", "GOVERSION"]);
  if (version && atLeast(version.replace(/^go/, ""), "1.21")) return;
  throw new SetupError(
    `Pulumi ${PULUMI_MINIMUM} or newer: neither it nor its downloads are here. Install it, or Go 1.26 or newer to build it\n` +
      "(Go from 1.21 on fetches a newer one by itself where the module proxy offers it)",
  );
}

function hasOwnCli() {
  const version = which("pulumi") && ask("pulumi", ["version"]);
  return Boolean(version) && atLeast(version.replace(/^v/, ""), PULUMI_MINIMUM);
}

function hasPlugins(home) {
  return Object.entries(PLUGINS).every(([name, version]) => hasPlugin(home, name, version));
}

function hasPlugin(home, name, version) {
  return existsSync(join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`));
}

function homeOf(env) {
  return env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi");
}

export function atLeast(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0));
  const index = need.findIndex((part, position) => (have[position] ?? 0) !== part);
  return index < 0 || (have[index] ?? 0) > need[index];
}

// Installs the programs and packages that a machine lacks for this project. Runs on Node 18 and newer, and needs no
// package.
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { TOOLCHAIN, paths } from "./lib/paths.mjs";
import { failure } from "./lib/report.mjs";
import { chooseBaseImages } from "./setup/base-images.mjs";
import { ensureEngine } from "./setup/engine.mjs";
import { installNode, installPackages } from "./setup/npm.mjs";
import { checkPulumi, ensurePulumi } from "./setup/pulumi.mjs";
import { ensureState } from "./setup/state.mjs";
import { installUv, installUvForBuilds } from "./setup/uv.mjs";

/** @import { Paths } from "./lib/paths.mjs" */
/** @typedef {"node" | "tools" | "client"} Part Of set-up. "client" is everything but the engine. */
/** @typedef {{ root?: string, env?: NodeJS.ProcessEnv, only?: Part | undefined }} Options */
/** @typedef {(at: Paths, env: NodeJS.ProcessEnv) => unknown} Step A step may return problems. */

export const ROOT = dirname(TOOLCHAIN);

/**
 * Runs the steps and returns the problems that keep the machine from running the project.
 * @param {Options} options
 */
export async function setUp({ root = ROOT, env = process.env, only } = {}) {
  const at = paths({ root, env });
  /** @type {string[]} */
  const problems = [];
  /** @param {Step} step */
  const attempt = async (step) => {
    try {
      const lacking = await step(at, env);
      if (Array.isArray(lacking)) problems.push(...lacking.map(String));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  };
  await attempt(installPackages);
  await attempt(installNode);
  if (only === "node") return problems;
  await attempt(installUv);
  if (only === "tools") return problems;
  if (only !== "client") {
    await attempt(ensureEngine);
    if (problems.length === 0) await attempt(installUvForBuilds);
    if (problems.length === 0) await attempt(chooseBaseImages);
  }
  await attempt(problems.length === 0 ? ensurePulumi : checkPulumi);
  await attempt(ensureState);
  return problems;
}

/** Has a signal end set-up through the exit handlers, which remove what is half made. */
function exitOnSignals() {
  const onInterrupt = () => process.exit(130);
  const onTerminate = () => process.exit(143);
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
  return () => {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
  };
}

/**
 * Runs set-up. Prints the problems and ends the process if there are any.
 * @param {Options} [options]
 */
export async function setUpOrExit(options) {
  const release = exitOnSignals();
  const problems = await setUp(options);
  release();
  if (problems.length === 0) return;
  process.stderr.write(`${failure(problems)}\n`);
  process.exit(1);
}

// A checkout may be reached over a link, which the module's own address does not have.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await setUpOrExit();

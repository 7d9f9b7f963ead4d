// Runs set-up, or a part of it, and then a program in the project's environment, with a Node that runs TypeScript.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { ROOT, setUpOrExit } from "./setup.mjs";
import { environment, removeEmpty } from "./lib/environment.mjs";
import { nodeDirectory, paths } from "./lib/paths.mjs";

/** @import { Part } from "./setup.mjs" */

/**
 * Ends with the exit code of the program. Signals go on to it: a signal to this process alone has to end both.
 * @param {readonly string[]} command
 * @param {Part | undefined} only
 */
export async function runLaunched(command, only) {
  removeEmpty(process.env);
  await setUpOrExit({ only });
  const node = join(nodeDirectory(paths({ root: ROOT, env: process.env })), "node");
  const ours = environment({ root: ROOT, env: process.env });
  const env = { ...process.env, ...ours, MORGAN_VARIABLES: Object.keys(ours).join(" ") };
  const child = spawn(node, command, { cwd: ROOT, env, stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  child.once("exit", (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}

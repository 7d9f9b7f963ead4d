// node toolchain/launch.mjs [--only=node|tools] <script.ts> [arguments]
// Runs set-up, or a part of it, and then the script. The script runs in the project's environment, with a Node that
// runs TypeScript.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { environment } from "./lib/environment.mjs";
import { nodeDirectory, paths } from "./lib/paths.mjs";
import { ROOT, setUpOrExit } from "./setup.mjs";

const args = process.argv.slice(2);
const only = args[0] === "--only=node" ? "node" : args[0] === "--only=tools" ? "tools" : undefined;
const command = only ? args.slice(1) : args;

await setUpOrExit({ only });

const node = join(nodeDirectory(paths({ root: ROOT, env: process.env })), "node");
const env = { ...process.env, ...environment({ root: ROOT, env: process.env }) };
const child = spawn(node, command, { cwd: ROOT, env, stdio: "inherit" });

process.on("SIGTERM", () => child.kill("SIGTERM"));
// A terminal sends the interrupt to the child too. Pulumi 3.259 stops without cleaning up at a second interrupt.
process.on("SIGINT", () => {
  if (!process.stdin.isTTY) child.kill("SIGINT");
});
child.once("exit", (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});

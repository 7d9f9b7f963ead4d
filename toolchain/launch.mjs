// node toolchain/launch.mjs [--only=node|tools] <script.ts> [arguments]
// Runs set-up, or a part of it, and then the script.
import { runLaunched } from "./run-launched.mjs";

const args = process.argv.slice(2);
const only = args[0] === "--only=node" ? "node" : args[0] === "--only=tools" ? "tools" : undefined;
await runLaunched(only ? args.slice(1) : args, only);

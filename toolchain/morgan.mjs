#!/usr/bin/env node
// The command `morgan`: set-up, and then the command line. Help needs Node alone.
import { runLaunched } from "./run-launched.mjs";

const args = process.argv.slice(2);
const isHelp = args.length === 0 || args.some((arg) => ["help", "completion", "-h", "--help"].includes(arg));
await runLaunched(["cli/morgan.ts", ...args], isHelp ? "node" : undefined);

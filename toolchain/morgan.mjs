#!/usr/bin/env node
// The command `morgan`: set-up, as much of it as the command line needs, and then the command line.
import { neededSetUp } from "./lib/help.mjs";
import { runLaunched } from "./run-launched.mjs";

const args = process.argv.slice(2);
await runLaunched(["cli/morgan.ts", ...args], neededSetUp(args, process.env));

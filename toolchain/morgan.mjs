#!/usr/bin/env node
// The command `morgan`: set-up, and then the command line. Help needs Node alone.
import { needsNodeAlone } from "./lib/help.mjs";
import { runLaunched } from "./run-launched.mjs";

const args = process.argv.slice(2);
await runLaunched(["cli/morgan.ts", ...args], needsNodeAlone(args) ? "node" : undefined);

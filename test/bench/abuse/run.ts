import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { docker } from "../../integration/support/engine.ts";
import { TestStack } from "../../integration/support/test-stack.ts";
import { throwIfInterrupted } from "../lib/interrupt.ts";
import { describeMachine } from "../lib/machine.ts";
import { ATTACKS } from "./attacks.ts";
import type { Answers } from "./connections.ts";
import { OrdinaryClient } from "./ordinary-client.ts";
import { brokenPromises, describeAbuse, type AttackResult } from "./result.ts";

const run = promisify(execFile);

/** Longest time in milliseconds of one attack. */
const LIMIT = 180_000;

/** Runs every attack on a stack of its own, and prints a table. Returns false if an attack harmed others. */
export async function abuse(): Promise<boolean> {
  const stack = await TestStack.create();
  try {
    console.log(`${await describeMachine(docker("version", "--format", "{{.Server.Version}}").trim())}\n`);
    await stack.up();
    const results = await attackAll(stack.name, (await stack.outputs()).endpoint);
    console.log(`\n${describeAbuse(results)}`);
    const broken = brokenPromises(results);
    if (broken.length > 0) console.error(`\n${broken.join("\n")}`);
    return broken.length === 0;
  } finally {
    await stack.dispose();
  }
}

async function attackAll(stack: string, endpoint: string): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  for (const [index, { name }] of ATTACKS.entries()) {
    throwIfInterrupted();
    const before = startsOf(stack);
    const client = new OrdinaryClient(endpoint);
    const attacker = ["test/bench/abuse/attacker.ts", String(index), endpoint];
    const { stdout } = await run(process.execPath, attacker, { timeout: LIMIT });
    const turns = await client.stop();
    const after = startsOf(stack);
    const restarted = Object.keys(before).filter((role) => before[role] !== after[role]);
    results.push({ attack: name, answers: JSON.parse(stdout) as Answers, turns, restarted });
    console.log(`${String(index + 1)} of ${String(ATTACKS.length)}: ${name}`);
  }
  return results;
}

/** Returns the number of restarts and the time of the last start of each container, by role. */
function startsOf(stack: string): Record<string, string> {
  const ids = docker("ps", "--all", "--quiet", "--filter", `label=morgan.stack=${stack}`).trim().split("\n");
  const form = '{{index .Config.Labels "morgan.role"}} {{.RestartCount}} {{.State.StartedAt}}';
  const listed = docker("inspect", "--format", form, ...ids)
    .trim()
    .split("\n");
  return Object.fromEntries(listed.map((line) => [line.split(" ")[0] ?? "", line]));
}

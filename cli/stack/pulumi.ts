import { writeFileSync } from "node:fs";
import { execute, type Ended, type Execution } from "../lib/run-program.ts";
import { Interrupted } from "../lib/signals.ts";
import type { StackName } from "../lib/stack-name.ts";
import { newRunFolder, removeRunFolder } from "../../components/startup/run-folder.ts";
import { heldLock } from "./held-lock.ts";
import { otherPassphrase } from "./other-passphrase.ts";
import { readTextIfExists } from "../../components/system/files.ts";

/** Without a terminal: no prompts, and a line an event instead of a display that redraws itself. */
const PLAIN = process.stdout.isTTY ? [] : ["--non-interactive"];

/**
 * Runs a Pulumi operation on a stack and passes its output on. The Automation API would cost one process more, and its
 * time.
 */
export async function operate(
  operation: string,
  stack: StackName,
  flags: readonly string[],
  execution: Execution = {},
): Promise<number> {
  return (await run(operation, stack, flags, execution)).code;
}

/** Runs a Pulumi operation and returns its standard output. Its error output is passed on. */
export function capture(operation: string, stack: StackName, flags: readonly string[]): Promise<Ended> {
  return run(operation, stack, flags, { keep: true });
}

async function run(
  operation: string,
  stack: StackName,
  flags: readonly string[],
  execution: Execution,
): Promise<Ended> {
  const args = [operation, "--stack", stack.reference, ...PLAIN, ...flags];
  const ended = await inRunFolder((env) => execute("pulumi", args, { show: true, env, ...execution }));
  const advice = otherPassphrase(ended.stderr, stack) ?? heldLock(ended.stderr, stack);
  if (advice !== undefined) console.error(advice);
  return ended;
}

/** Runs Pulumi with a folder of its own for the temporary files of builds, and removes the folder afterwards. */
async function inRunFolder<T>(action: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const folder = newRunFolder();
  try {
    return await action({ ...process.env, MORGAN_TMPDIR: folder });
  } finally {
    removeRunFolder(folder);
  }
}

/**
 * Runs an operation that creates the stack if there is none. Pulumi selects the new stack only if commands without a
 * name would take it anyway.
 */
export async function operateOrCreate(
  operation: string,
  stack: StackName,
  flags: readonly string[],
  isDefault: boolean,
): Promise<number> {
  const { reference } = stack;
  const first = await run(operation, stack, flags, { hide: NO_STACK });
  if (first.code === 0 || !NO_STACK.test(first.stderr)) return first.code;
  const select = isDefault ? [] : ["--no-select"];
  // The standard output may be for JSON.
  const made = await execute("pulumi", ["stack", "init", reference, ...select, "--non-interactive"], STDERR);
  return made.code === 0 ? operate(operation, stack, flags) : made.code;
}

/** Creates a stack if there is none. */
export async function createIfMissing({ reference }: StackName, isDefault: boolean): Promise<void> {
  const select = isDefault ? [] : ["--no-select"];
  const { code, stderr } = await execute("pulumi", ["stack", "init", reference, ...select, "--non-interactive"]);
  if (code !== 0 && !stderr.includes("already exists")) throw new Error(stderr.trim());
}

/** A decrypted value of a stack's configuration; undefined if it is not set, or the passphrase is another one. */
export async function configValue({ reference }: StackName, key: string): Promise<string | undefined> {
  const { code, stdout } = await execute("pulumi", ["config", "get", key, "--stack", reference, "--non-interactive"]);
  return code === 0 ? stdout.trimEnd() : undefined;
}

/** Shows both outputs of a program on the error output. */
export const STDERR: Execution = { show: true, output: process.stderr.fd };

const NO_STACK = /no stack named '.*' found/;

/**
 * Runs an action and then removes the salt that Pulumi writes into the stack's file for a passphrase of this checkout.
 * The state has the salt too, so nothing is lost, and nothing of one machine comes under version control.
 */
export async function withoutSalt<T>({ name }: StackName, action: () => Promise<T>): Promise<T> {
  const path = `Pulumi.${name}.yaml`;
  const before = readTextIfExists(path) ?? "";
  try {
    return await action();
  } finally {
    await removeSalt(path, before);
  }
}

/** Removes the salt from a stack's file; `before` is the text that the file had. */
async function removeSalt(path: string, before: string): Promise<void> {
  const text = readTextIfExists(path) ?? "";
  const ownPassphrase = process.env["PULUMI_CONFIG_PASSPHRASE_FILE"]?.endsWith("/.morgan/passphrase") ?? false;
  if (!ownPassphrase || !SALT.test(text)) return;
  // A plain `pulumi` may have left the salt there; a salt that came with the checkout stays.
  let kept = before;
  try {
    const { code, stdout } = await execute("git", ["show", `HEAD:./${path}`]);
    if (code === 0) kept = stdout;
  } catch (error) {
    // A machine without git has a checkout too.
    if (error instanceof Interrupted) throw error;
  } finally {
    if (!SALT.test(kept)) writeFileSync(path, text.replace(SALT, ""));
  }
}

const SALT = /^encryptionsalt: .*\n?/m;

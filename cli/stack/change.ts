import type { Engine } from "../../components/engine/engine.ts";
import { throwProblems } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import { Interrupted } from "../lib/signals.ts";
import type { StackName } from "../lib/stack-name.ts";
import { operate, withoutSalt } from "./pulumi.ts";
import { repairKilledRun } from "./repair.ts";
import { isHeld, lockProblem, locksOf } from "./state-lock.ts";
import { endStrayPlugins } from "./stray-plugins.ts";

/** Runs an operation of Pulumi that changes a stack. Returns the exit code. */
export async function changeStack(
  operation: string,
  stack: StackName,
  engine: Engine,
  flags: readonly string[],
): Promise<number> {
  await prepareChange(engine, stack);
  return withRepair(engine, stack, () => operate(operation, stack, flags));
}

/** Repairs what a killed run left. @throws MorganError if another run changes the stack. */
export async function prepareChange(engine: Engine, stack: StackName): Promise<void> {
  const lock = locksOf(stack.name).find(isHeld);
  if (lock !== undefined) throwProblems([lockProblem(stack, lock)], "nothing was changed");
  await repairKilledRun(engine, stack);
}

/** Prints that the last run was killed, for a command that repairs nothing. */
export function reportKilledRun(stack: StackName): void {
  const locks = locksOf(stack.name);
  if (locks.length === 0 || locks.some(isHeld)) return;
  console.error(
    `the last run on "${stack.name}" was killed; ${forStack("up", stack.reference)} puts right what it left`,
  );
}

/**
 * Runs an operation of Pulumi that changes a stack. A signal that arrives before Pulumi 3.259 listens for it, when the
 * state is locked already, kills Pulumi; what that leaves is put right here.
 */
export async function withRepair<T>(engine: Engine, stack: StackName, action: () => Promise<T>): Promise<T> {
  try {
    return await withCleanUp(stack, action);
  } catch (error) {
    if (error instanceof Interrupted && !error.atOnce) await repairKilledRun(engine, stack);
    throw error;
  }
}

/** Runs an operation of Pulumi, and removes what it may leave in the checkout and at work. */
export async function withCleanUp<T>(stack: StackName, action: () => Promise<T>): Promise<T> {
  try {
    return await withoutSalt(stack, action);
  } catch (error) {
    // A second signal kills Pulumi alone.
    if (error instanceof Interrupted) endStrayPlugins();
    throw error;
  }
}

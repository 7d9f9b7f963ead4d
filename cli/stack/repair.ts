import { join } from "node:path";
import type { Engine } from "../../components/engine/engine.ts";
import { withLock } from "../../toolchain/lib/file-lock.mjs";
import { execute } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";
import { isHeld, locksOf, removeLock, type Lock } from "./state-lock.ts";
import { stateFolder } from "./checkpoint.ts";
import { readState } from "./state.ts";
import { endStrayPlugins } from "./stray-plugins.ts";
import { removeThings, thingsMadeBy } from "./unrecorded-things.ts";

/**
 * Repairs what a killed run left: plugins without a Pulumi, a state lock without an owner, and things in the engine that
 * the run made but had not yet recorded. A run that is killed before or after it has the lock leaves plugins alone.
 * Removes nothing of a run that may still be at work, and nothing that belongs to another state.
 */
export async function repairKilledRun(engine: Engine, stack: StackName): Promise<void> {
  const folder = stateFolder();
  if (folder === undefined) {
    endStrayPlugins();
    await repairElsewhere(engine, stack);
    return;
  }
  const locks = locksOf(stack.name);
  if (locks.some(isHeld)) return;
  endStrayPlugins();
  if (locks.length === 0) return;
  await withLock(join(folder, `repair-${stack.name}.lock`), () => repairHere(engine, stack), "another repair");
}

/** Repairs a stack whose state is in a folder. Another repair may have done it while this one waited. */
async function repairHere(engine: Engine, stack: StackName): Promise<void> {
  const locks = locksOf(stack.name);
  if (locks.length === 0 || locks.some(isHeld)) return;
  announce(stack.name);
  const state = await readState(stack);
  await removeThings(engine, await thingsMadeBy(state, engine), state.recorded);
  // The locks are removed last, and each by itself: until then no other run begins, and none loses its lock.
  locks.forEach((lock: Lock) => {
    removeLock(lock);
  });
}

/**
 * Repairs a stack whose state is in a backend of the user's own. This program cannot check who holds the lock there, so
 * it takes the lock once, by a refresh that changes nothing. A thing that was there before that, and is not recorded
 * after it, was made by a run that is dead.
 */
async function repairElsewhere(engine: Engine, stack: StackName): Promise<void> {
  const state = await readState(stack);
  if (state.unrecorded.length === 0 || state.urn === "") return;
  const things = await thingsMadeBy(state, engine);
  const refresh = ["refresh", "--stack", stack.reference, "--target", state.urn, "--clear-pending-creates"];
  const { code } = await execute("pulumi", [...refresh, "--yes", "--skip-preview", "--non-interactive"]);
  if (code !== 0) return;
  announce(stack.name);
  await removeThings(engine, things, (await readState(stack)).recorded);
}

function announce(stack: string): void {
  console.error(`the last run on "${stack}" was killed; putting right what it left`);
}

import type { Engine, Removable } from "../../components/engine/engine.ts";
import { INSPECTOR_ROLE, roleLabels } from "../../components/engine/labels.ts";
import { messageOf } from "../../components/lib/errors.ts";
import { isHeld, locksOf } from "./state-lock.ts";
import { execute } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";
import { readState, type PendingOperation } from "./state.ts";
import { endStrayPlugins } from "./stray-plugins.ts";

/**
 * Repairs what a killed run left: plugins without a Pulumi, a state lock without an owner, and things in the engine that
 * the run made but had not yet recorded. A run that is killed before or after it has the lock leaves plugins alone.
 * Removes nothing if no run was killed, or if the state is in a backend of the user's own.
 */
export async function repairKilledRun(engine: Engine, stack: StackName): Promise<void> {
  const locks = locksOf(stack.name);
  if (locks.some(isHeld)) return;
  endStrayPlugins();
  if (locks.length === 0) return;
  console.error(`the last run on "${stack.name}" was killed; putting right what it left`);
  await execute("pulumi", ["cancel", "--stack", stack.reference, "--yes", "--non-interactive"]);
  await removeUnrecorded(engine, stack);
}

/**
 * Removes from the engine what an operation that was under way has made and the state does not hold. Containers and
 * networks are found by their role. A volume is found by its name, which was new, so that it can hold no data yet.
 * Everything else that is not in the state stays: it may hold data that someone wants back.
 */
async function removeUnrecorded(engine: Engine, stack: StackName): Promise<void> {
  const { recorded, pending } = await readState(stack);
  for (const operation of [...pending, INSPECTOR]) {
    try {
      for (const { kind, id } of await madeBy(operation, engine, stack.name)) {
        if (!recorded.has(id)) await engine.remove(kind, id);
      }
    } catch (error) {
      console.error(messageOf(error));
    }
  }
}

/** Pulumi does not record the containers that read an image. Such a container stays if it was made and not started. */
const INSPECTOR: PendingOperation = {
  type: "docker:index/container:Container",
  name: INSPECTOR_ROLE,
  given: "",
};

interface Made {
  readonly kind: Removable;
  readonly id: string;
}

/** The things in the engine that an operation may have made. */
async function madeBy({ type, name, given }: PendingOperation, engine: Engine, stack: string): Promise<Made[]> {
  const labels = roleLabels(stack, name);
  switch (type) {
    case "docker:index/container:Container":
      return (await engine.containers({ labels })).map(({ id }) => ({ kind: "container", id }));
    case "docker:index/network:Network":
      return (await engine.networks(labels)).map((id) => ({ kind: "network", id }));
    case "docker:index/volume:Volume":
      return given === "" ? [] : [{ kind: "volume", id: given }];
    default:
      return [];
  }
}

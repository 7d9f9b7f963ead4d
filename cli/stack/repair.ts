import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Engine, Removable } from "../../components/engine/engine.ts";
import { INSPECTOR_ROLE, roleLabels } from "../../components/engine/labels.ts";
import { messageOf } from "../../components/lib/errors.ts";
import { isHeld, locksOf } from "./state-lock.ts";
import { execute } from "../lib/run-program.ts";
import { readState, type PendingOperation } from "./state.ts";

/**
 * Repairs what a killed run left: a state lock without an owner, and things in the engine that the run made but had not
 * yet recorded. Does nothing if no run was killed, or if the state is in a backend of the user's own.
 */
export async function repairKilledRun(engine: Engine, stack: string): Promise<void> {
  const locks = locksOf(stack);
  if (locks.length === 0 || locks.some(isHeld)) return;
  endStrayPlugins();
  console.error(`the last run on "${stack}" was killed; putting right what it left`);
  await execute("pulumi", ["cancel", "--stack", stack, "--yes", "--non-interactive"]);
  await removeUnrecorded(engine, stack);
}

/** Ends the plugins of this project: a plugin outlives a Pulumi that is killed, and goes on with its work. */
function endStrayPlugins(): void {
  const pids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  for (const pid of pids.map(Number)) {
    const status = readProc(pid, "status");
    const parent = Number(/^PPid:\t(\d+)/m.exec(status)?.[1]);
    const stray =
      /^Name:\tpulumi-(?:language|resourc)/m.test(status) && !/^Name:\tpulumi$/m.test(readProc(parent, "status"));
    if (stray && workingFolder(pid) === process.cwd()) process.kill(pid);
  }
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`);
  } catch {
    return "";
  }
}

/** A file of a process in /proc; empty for a process that is gone, and on systems other than Linux. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Removes from the engine what an operation that was under way has made and the state does not hold. Containers and
 * networks are found by their role. A volume is found by its name, which was new, so that it can hold no data yet.
 * Everything else that is not in the state stays: it may hold data that someone wants back.
 */
async function removeUnrecorded(engine: Engine, stack: string): Promise<void> {
  const { recorded, pending } = await readState(stack);
  for (const operation of [...pending, INSPECTOR]) {
    try {
      for (const { kind, id } of await madeBy(operation, engine, stack)) {
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

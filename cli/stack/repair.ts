import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { INSPECTOR_ROLE } from "../../components/size/installed.ts";
import { isHeld, locksOf } from "./state-lock.ts";
import { execute } from "../lib/run-program.ts";
import { readState, type PendingOperation } from "./state.ts";

/**
 * Puts right what a killed run left: a lock that nobody holds any more, and things in the engine that it made but had
 * not yet written down. Does nothing where no run was killed, or where the state lies in a backend of the user's own.
 */
export async function repairKilledRun(stack: string): Promise<void> {
  const locks = locksOf(stack);
  if (locks.length === 0 || locks.some(isHeld)) return;
  endStrayPlugins();
  console.error(`the last run on "${stack}" was killed; putting right what it left`);
  await execute("pulumi", ["cancel", "--stack", stack, "--yes", "--non-interactive"]);
  await removeUnrecorded(stack);
}

/** Plugins outlive a Pulumi that is killed, and go on with what it told them: those of this project are ended. */
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

/** What Linux says of a process; empty for one that is gone, and on other systems. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Removes what is in the engine and not in the state, by the role of an operation that was under way; a volume by the
 * name that was new with it, so that it can hold nothing yet. Anything else that is not in the state is left alone: it may
 * hold data that someone wants back.
 */
async function removeUnrecorded(stack: string): Promise<void> {
  const { recorded, pending } = await readState(stack);
  for (const operation of [...pending, LOOK]) {
    const kind = KINDS[operation.type];
    if (kind === undefined) continue;
    const filters = kind.filters(stack, operation).flatMap((filter) => ["--filter", filter]);
    const listed = await execute("docker", [...kind.list, ...filters, "--format", kind.format]);
    for (const found of listed.stdout.split("\n").filter((line) => line !== "" && !recorded.has(line))) {
      await execute("docker", [...kind.remove, found], { show: true });
    }
  }
}

/** Pulumi knows nothing of the containers that look into images: one that was made and not started does not go by itself. */
const LOOK: PendingOperation = { type: "docker:index/container:Container", name: INSPECTOR_ROLE, given: "" };

interface Kind {
  readonly list: readonly string[];
  readonly filters: (stack: string, operation: PendingOperation) => readonly string[];
  readonly format: string;
  readonly remove: readonly string[];
}

const byLabels: Kind["filters"] = (stack, { name }) => [`label=morgan.stack=${stack}`, `label=morgan.role=${name}`];

const KINDS: Readonly<Record<string, Kind>> = {
  "docker:index/container:Container": {
    list: ["ps", "--all", "--no-trunc"],
    filters: byLabels,
    format: "{{.ID}}",
    remove: ["rm", "--force", "--volumes"],
  },
  "docker:index/network:Network": {
    list: ["network", "ls", "--no-trunc"],
    filters: byLabels,
    format: "{{.ID}}",
    remove: ["network", "rm"],
  },
  "docker:index/volume:Volume": {
    list: ["volume", "ls"],
    filters: (_stack, { given }) => [`name=^${given}$`],
    format: "{{.Name}}",
    remove: ["volume", "rm"],
  },
};

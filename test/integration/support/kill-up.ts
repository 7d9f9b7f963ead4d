import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { ROLE_LABEL, STACK_LABEL } from "../../../components/engine/labels.ts";
import type { TestStack } from "./test-stack.ts";

/**
 * Starts an `up` in its own process group, and kills the whole group when the output contains a text. A killed process
 * cannot clean up.
 *
 * @throws Error if the `up` ends before.
 */
export async function killUpAt(stack: TestStack, moment: string): Promise<void> {
  const child = startUp(stack);
  let output = "";
  const read = (text: string): void => {
    output += text;
    if (output.includes(moment)) kill(child, stack);
  };
  child.stdout?.setEncoding("utf8").on("data", read);
  child.stderr?.setEncoding("utf8").on("data", read);
  if (!(await wasKilled(child))) throw new Error(`the up ended before "${moment}":\n${output}`);
}

/**
 * Kills an `up` as `killUpAt` does, after a time in milliseconds. Returns undefined, or the duration of an `up` that
 * ended before.
 */
export async function killUpAfter(stack: TestStack, time: number): Promise<number | undefined> {
  const started = performance.now();
  const child = startUp(stack);
  child.stdout?.resume();
  child.stderr?.resume();
  const timer = setTimeout(() => {
    kill(child, stack);
  }, time);
  try {
    return (await wasKilled(child)) ? undefined : performance.now() - started;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts an `up`, and kills it as `killUpAt` does when the engine has created a container of a role. Pulumi has not
 * recorded the container then: the provider starts it first.
 *
 * @throws Error if the `up` ends before.
 */
export async function killUpAtContainer(stack: TestStack, role: string): Promise<void> {
  const labels = [`${STACK_LABEL}=${stack.name}`, `${ROLE_LABEL}=${role}`];
  const filters = ["event=create", ...labels.map((label) => `label=${label}`)].flatMap((one) => ["--filter", one]);
  const events = spawn("docker", ["events", ...filters], { stdio: ["ignore", "pipe", "ignore"] });
  const child = startUp(stack);
  child.stdout?.resume();
  child.stderr?.resume();
  events.stdout.once("data", () => {
    kill(child, stack);
  });
  try {
    if (!(await wasKilled(child))) throw new Error(`the up ended before it created a container of ${role}`);
  } finally {
    events.kill();
  }
}

/** Returns the command lines of the processes whose working directory is a stack's folder. */
export function processesOf({ folder }: TestStack): string[] {
  return processesIn(folder).map(({ line }) => line);
}

/** The processes whose working directory is a folder, with their command lines. */
export function processesIn(folder: string): { readonly pid: number; readonly line: string }[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return [];
      return { pid: Number(pid), line: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
    } catch {
      // The entry is no process, or the process has ended meanwhile.
      return [];
    }
  });
}

function startUp(stack: TestStack): ChildProcess {
  return spawn(process.execPath, stack.commandLineArguments("up"), {
    cwd: stack.folder,
    env: stack.environment(),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Pulumi runs in a session of its own, so that it is no part of the group. */
function kill({ pid }: ChildProcess, { folder }: TestStack): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
  for (const { pid: pulumi, line } of processesIn(folder)) {
    if (/^(?:\S*\/)?pulumi /.test(line)) process.kill(pulumi, "SIGKILL");
  }
}

function wasKilled(child: ChildProcess): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("exit", (_code, signal) => {
    resolve(signal === "SIGKILL");
  });
  return promise;
}

import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { TestStack } from "./test-stack.ts";

/**
 * Starts an `up` of its own process group and kills all of it, with no chance to clean up, when its output says that a
 * moment has come.
 *
 * @throws Error where the `up` ends before.
 */
export async function killedUp(stack: TestStack, moment: string): Promise<void> {
  const child = startUp(stack);
  let output = "";
  const read = (text: string): void => {
    output += text;
    if (output.includes(moment)) kill(child);
  };
  child.stdout?.setEncoding("utf8").on("data", read);
  child.stderr?.setEncoding("utf8").on("data", read);
  if (!(await wasKilled(child))) throw new Error(`the up ended before "${moment}":\n${output}`);
}

/** The same after a time, in milliseconds; where the `up` ended before, gives the time that it took. */
export async function killedUpAfter(stack: TestStack, time: number): Promise<number | undefined> {
  const started = performance.now();
  const child = startUp(stack);
  child.stdout?.resume();
  child.stderr?.resume();
  const timer = setTimeout(() => {
    kill(child);
  }, time);
  try {
    return (await wasKilled(child)) ? undefined : performance.now() - started;
  } finally {
    clearTimeout(timer);
  }
}

/** The processes that work in a stack's folder, by their command lines. */
export function processesOf({ folder }: TestStack): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return [];
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      // It is no process, or has ended meanwhile.
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

function kill({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

function wasKilled(child: ChildProcess): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("exit", (_code, signal) => {
    resolve(signal === "SIGKILL");
  });
  return promise;
}

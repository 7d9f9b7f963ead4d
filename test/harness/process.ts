import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";

/** The signals that end a run. */
export const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const graceMs = 60_000;
const running = new Set<number>();
let stopped: NodeJS.Signals | undefined;

/** The signal that asked the run to end, if one did. */
export function stopSignal(): NodeJS.Signals | undefined {
  return stopped;
}

/** Ends the children when this process is told to end: the first signal asks, a second one or a minute's wait kills. */
export function endChildrenOnSignal(): void {
  for (const signal of stopSignals) {
    process.on(signal, () => {
      signalAll(stopped === undefined ? signal : "SIGKILL");
      stopped ??= signal;
      setTimeout(signalAll, graceMs, "SIGKILL").unref();
    });
  }
}

/** Runs a command with its output streamed, and returns its exit code. Nothing that it started outlives it. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  if (stopped !== undefined) return exitCodeOf(stopped);
  // Its own process group, so that a signal reaches the children of `command` too, and reaches them once.
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...plainEnvironment(), ...env },
  });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, "error")) as [Error];
    console.error(`${command} could not be started: ${error.message}`);
    return 127;
  }
  running.add(pid);
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  running.delete(pid);
  signalGroup(pid, "SIGKILL");
  return code ?? exitCodeOf(signal ?? "SIGKILL");
}

export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Tools disagree on when to colour: without a terminal, all are told not to. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  if (process.stdout.isTTY) return env;
  delete env["FORCE_COLOR"];
  return { ...env, NO_COLOR: "1" };
}

function signalAll(signal: NodeJS.Signals): void {
  for (const pid of running) signalGroup(pid, signal);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { exitCodeOf, receiveSignals } from "../../cli/lib/signals.ts";

const graceMs = 60_000;
const running = new Set<number>();
let stopped: NodeJS.Signals | undefined;

/** Returns the signal that ended the run, or undefined if there was none. */
export function stopSignal(): NodeJS.Signals | undefined {
  return stopped;
}

/**
 * Has a signal end the children. The first signal goes to them as it is; a second signal, or a minute's wait, kills. A
 * signal that the terminal and the launcher both send is one signal.
 */
export function endChildrenOnSignal(): void {
  receiveSignals({
    first: (signal) => {
      stopped = signal;
      signalAll(signal);
      setTimeout(signalAll, graceMs, "SIGKILL").unref();
    },
    again: () => {
      signalAll("SIGKILL");
    },
  });
}

/** Runs a command, streams its output and returns its exit code. Ends everything that the command started. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  if (stopped !== undefined) return exitCodeOf(stopped);
  // In its own process group a signal reaches the children of `command` too, and reaches each of them once.
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

/** Turns colours off without a terminal, because the defaults of the tools differ. */
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

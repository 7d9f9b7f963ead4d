import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { given } from "../../components/lib/given.ts";
import { interruptible } from "./interrupts.ts";
import { Interrupted } from "./signals.ts";

/** The result of a program that has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a run of a program. */
export interface Execution {
  /** Passes its output on as it comes. */
  readonly show?: boolean;
  /** Keeps the standard output for the result, even if the rest is passed on. */
  readonly keep?: boolean;
  /** Lines of stderr that are not passed on. */
  readonly hide?: RegExp;
  /** Descriptor of the file that it reads; by default it reads the input of this process. */
  readonly input?: number;
  /** Descriptor of the file that it writes to; `stdout` is empty then. */
  readonly output?: number;
  /** Folder in which it runs; by default that of this process. */
  readonly cwd?: string;
  /** Its environment; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end. A signal reaches the program once, as an interrupt, and this waits for its end; another
 * signal kills it. @throws Error if there is no such program. @throws Interrupted after a signal.
 */
export function execute(
  program: string,
  args: readonly string[],
  { show = false, keep = false, hide, input, output, cwd, env }: Execution = {},
): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const stdio: StdioOptions = [input ?? "inherit", output ?? (show && !keep ? "inherit" : "pipe"), "pipe"];
  let interrupted: Interrupted | undefined;
  // From before the start on: a signal that came between would end this process and not the program.
  const stop = interruptible({
    interrupt: (signal) => {
      interrupted = new Interrupted(signal);
      if (show) console.error(`\n${signal}: waiting until ${program} has stopped; another signal ends it at once`);
      child.kill("SIGINT");
    },
    kill: (signal) => {
      interrupted = new Interrupted(signal, true);
      kill(child);
    },
  });
  // In a session of its own, a program gets no signal from the terminal beside the one from here.
  const child = spawn(program, args, { stdio, detached: HAS_SESSIONS, ...given({ cwd, env }) });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (show && hide?.test(text) !== true) process.stderr.write(text);
  });
  child.once("error", (error) => {
    stop();
    reject(error);
  });
  const end = (code: number | null): void => {
    stop();
    if (interrupted === undefined) resolve({ code: code ?? 1, stdout, stderr });
    else reject(interrupted);
  };
  child.once("close", end);
  child.once("exit", (code) => {
    if (interrupted === undefined) return;
    // What the program has started may keep its outputs open.
    child.stdout?.destroy();
    child.stderr?.destroy();
    end(code);
  });
  return promise;
}

const HAS_SESSIONS = process.platform !== "win32";

/** Kills a program and what it has started in its process group. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (HAS_SESSIONS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

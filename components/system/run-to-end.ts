import { spawn } from "node:child_process";

/** The result of a program that has ended. */
export interface Ended {
  /** Exit code; 1 after a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a run. */
export interface RunOptions {
  /** Text that the program reads. Default: nothing. */
  readonly input?: string;
  /** Its environment. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** True to print its outputs on the standard error of this process as they come. Default: false. */
  readonly show?: boolean;
  /** Longest run in milliseconds, after which the program is killed. Default: no limit. */
  readonly limit?: number;
}

/** Runs a program to its end, without a shell. @throws Error if there is no such program. */
export type RunToEnd = (program: string, args: readonly string[], options?: RunOptions) => Promise<Ended>;

/** Runs a program of this machine. */
export const runToEnd: RunToEnd = (program, args, { input = "", env, show = false, limit = 0 } = {}) => {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = spawn(program, args, {
    ...(env === undefined ? {} : { env }),
    timeout: limit,
    killSignal: "SIGKILL",
    stdio: "pipe",
  });
  const ended = { stdout: "", stderr: "" };
  for (const output of ["stdout", "stderr"] as const) {
    child[output].setEncoding("utf8").on("data", (text: string) => {
      ended[output] += text;
      if (show) process.stderr.write(text);
    });
  }
  child.once("error", (error) => {
    reject("code" in error && error.code === "ENOENT" ? new Error(`there is no program ${program} on PATH`) : error);
  });
  child.once("close", (code) => {
    resolve({ code: code ?? 1, ...ended });
  });
  // A program that ends without reading its input is no error here; its exit code tells.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return promise;
};

/** Waits for a program that has to succeed. @throws Error with what it printed on its standard error. */
export async function succeeding(run: Promise<Ended>, what: string): Promise<Ended> {
  const ended = await run;
  if (ended.code !== 0) throw new Error(`${what} failed: ${ended.stderr.trim() || `exit code ${String(ended.code)}`}`);
  return ended;
}

import { spawn, type StdioOptions } from "node:child_process";
import { given } from "../../components/lib/given.ts";

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

/** Runs a program to its end. @throws Error if there is no such program. */
export function execute(
  program: string,
  args: readonly string[],
  { show = false, hide, input, output, cwd, env }: Execution = {},
): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const stdio: StdioOptions = [input ?? "inherit", output ?? (show ? "inherit" : "pipe"), "pipe"];
  const child = spawn(program, args, { stdio, ...given({ cwd, env }) });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (show && hide?.test(text) !== true) process.stderr.write(text);
  });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on("SIGTERM", forward);
  child.once("error", reject);
  child.once("close", (code) => {
    process.off("SIGTERM", forward);
    resolve({ code: code ?? 1, stdout, stderr });
  });
  return promise;
}

import { spawn } from "node:child_process";

/** How a run of a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface Execution {
  /** Passes its output on as it comes. */
  readonly show?: boolean;
  /** Lines of stderr that are not passed on. */
  readonly hide?: RegExp;
  /** Descriptor of the file that it reads; else it reads what this process would. */
  readonly input?: number;
  /** Descriptor of the file that it writes to; its output is not gathered then. */
  readonly output?: number;
}

/** Runs a program to its end. */
export function execute(
  program: string,
  args: readonly string[],
  { show = false, hide, input, output }: Execution = {},
): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = spawn(program, args, { stdio: [input ?? "inherit", output ?? (show ? "inherit" : "pipe"), "pipe"] });
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

import { execFile } from "node:child_process";

/** How a program ended. */
export interface ProgramResult {
  /** What it wrote, standard output before standard error. */
  readonly output: string;
  readonly succeeded: boolean;
}

/** Runs a program; undefined where there is none of that name. Never rejects. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<ProgramResult | undefined>;

/** How long a program may take, in milliseconds: `nvidia-smi` hangs where a card has failed. */
const TIMEOUT = 10_000;

/** Runs a program of this machine. */
export const runProgram: RunProgram = (program, args) => runWithin(TIMEOUT, program, args);

/** `runProgram` with another time, in milliseconds, after which the program is killed. */
export function runWithin(
  timeout: number,
  program: string,
  args: readonly string[],
): Promise<ProgramResult | undefined> {
  const { promise, resolve } = Promise.withResolvers<ProgramResult | undefined>();
  execFile(program, args, { timeout, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
    if (error === null) resolve({ output: stdout, succeeded: true });
    else if (error.code === "ENOENT") resolve(undefined);
    else if (error.killed === true) {
      resolve({ output: `${program} gave no answer within ${String(timeout / 1000)} s`, succeeded: false });
    } else resolve({ output: `${stdout}${stderr}`.trim() || error.message, succeeded: false });
  });
  return promise;
}

import { execFile } from "node:child_process";

/** The result of a program that ended. */
export interface ProgramResult {
  /** Text that it printed, standard output before standard error. */
  readonly output: string;
  readonly succeeded: boolean;
}

/** Runs a program; undefined if there is none of that name. Never rejects. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<ProgramResult | undefined>;

/** Longest run of a program, in milliseconds: as of driver 570, `nvidia-smi` can hang if a GPU has failed. */
const TIMEOUT = 10_000;

/** Longest output in bytes. git lists every file of a project in one. */
const OUTPUT = 64 * 2 ** 20;

/** Runs a program of this machine. */
export const runProgram: RunProgram = (program, args) => runWithin(TIMEOUT, program, args);

/** Runs a program like `runProgram`, with another time limit in milliseconds, after which it is killed. */
export function runWithin(
  timeout: number,
  program: string,
  args: readonly string[],
): Promise<ProgramResult | undefined> {
  const { promise, resolve } = Promise.withResolvers<ProgramResult | undefined>();
  execFile(program, args, { timeout, killSignal: "SIGKILL", maxBuffer: OUTPUT }, (error, stdout, stderr) => {
    if (error === null) resolve({ output: stdout, succeeded: true });
    else if (error.code === "ENOENT") resolve(undefined);
    else if (error.killed === true) {
      resolve({ output: `${program} gave no answer within ${String(timeout / 1000)} s`, succeeded: false });
    } else resolve({ output: `${stdout}${stderr}`.trim() || error.message, succeeded: false });
  });
  return promise;
}

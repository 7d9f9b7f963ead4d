import { execFile } from "node:child_process";
import type { TestStack } from "./test-stack.ts";

/** How a run of `pulumi` ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** Both outputs. */
  readonly output: string;
}

/** Runs `pulumi` with arguments to its end. */
export type Pulumi = (...args: readonly string[]) => Promise<Ended>;

/**
 * Returns a function that runs `pulumi` on a stack as a person's shell does, without a terminal. `folder` is the checkout
 * that it runs in.
 */
export async function plainPulumi(stack: TestStack, folder = stack.folder): Promise<Pulumi> {
  const { output: environment } = await stack.commandLine("env");
  return (...args) => {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    const command = `${environment}\nexec pulumi "$@" </dev/null`;
    const options = { cwd: folder, env: stack.environment(), maxBuffer: 64 * 1024 * 1024 };
    execFile("bash", ["-c", command, "pulumi", ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, output: stdout + stderr });
    });
    return promise;
  };
}

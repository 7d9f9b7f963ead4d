import { spawn } from "node:child_process";
import type { TestStack } from "./test-stack.ts";

/**
 * Starts an `up` of its own process group and kills all of it, with no chance to clean up, when its output says that a
 * moment has come.
 *
 * @throws Error where the `up` ends before.
 */
export async function killedUp(stack: TestStack, moment: string): Promise<void> {
  const child = spawn(process.execPath, stack.commandLineArguments("up"), {
    cwd: stack.folder,
    env: stack.environment(),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let output = "";
  const read = (text: string): void => {
    output += text;
    if (output.includes(moment) && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  child.once("exit", (_code, signal) => {
    if (signal === "SIGKILL") resolve(undefined);
    else reject(new Error(`the up ended before "${moment}":\n${output}`));
  });
  await promise;
}

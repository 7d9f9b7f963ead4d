import { runToEnd, type Ended, type RunOptions } from "../../system/run-to-end.ts";

/** Runs the Docker client. */
export type Docker = (args: readonly string[], options?: Omit<RunOptions, "env">) => Promise<Ended>;

/** Returns the Docker client of this machine, with an environment for it. */
export function dockerClient(env: NodeJS.ProcessEnv): Docker {
  return (args, options) => runToEnd("docker", args, { ...options, env });
}

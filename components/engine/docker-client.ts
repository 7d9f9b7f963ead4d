import { runWithin } from "../system/run-program.ts";

/** Longest time of one answer, in milliseconds; longer than a container may take to stop. */
const TIMEOUT = 60_000;

/** Lines of a log that are shown: the reason of a failure is at its end. */
const LINES = 20;

/** The output of a container's last health checks: it names what a running service waits for. */
const PROBES = "{{with .State.Health}}{{range .Log}}{{.Output}}{{end}}{{end}}";

/** The end of a container's log, and what its last health check printed. */
export async function logOf(id: string): Promise<string> {
  // The client keeps apart what a container wrote to its two outputs, in which the order would be lost.
  const both = ["-c", 'exec docker container logs --tail "$1" "$2" 2>&1', "sh", String(LINES), id];
  const log = (await runWithin(TIMEOUT, "/bin/sh", both))?.output ?? "";
  const { output } = await runDocker("container", "inspect", "--format", PROBES, id);
  const last = output.trim().split("\n").at(-1) ?? "";
  return last === "" ? log : `${log.trimEnd()}\nlast health check: ${last}`;
}

/** Runs the Docker client and returns its output. @throws Error with the output if the client fails. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { output, succeeded } = await runDocker(...args);
  if (!succeeded) throw new Error(`docker ${args.slice(0, 2).join(" ")}: ${output}`);
  return output;
}

/** Runs the Docker client. @throws Error if there is no such program. */
export async function runDocker(
  ...args: readonly string[]
): Promise<{ readonly output: string; readonly succeeded: boolean }> {
  const result = await runWithin(TIMEOUT, "docker", args);
  if (result === undefined) throw new Error("there is no docker client on PATH");
  return result;
}

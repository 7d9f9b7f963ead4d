import type { Outputs } from "./outputs.ts";
import { execute, type Ended } from "../lib/run-program.ts";

/**
 * The release to go back to: the one that is named, or else the one before that which runs.
 *
 * @throws Error that lists the kept releases where there is no such one.
 */
export function releaseBefore({ release = "", releases = [] }: Partial<Outputs>, wanted: unknown): string {
  const ids = releases.map(({ id }) => id);
  const found = typeof wanted === "string" ? wanted : ids[ids.indexOf(release) + 1];
  if (found !== undefined && (typeof wanted === "string" || ids.includes(release))) return found;
  const list = releases.map(({ id, revision }) => `  ${id}${id === release ? "  runs" : ""}  ${revision}`.trimEnd());
  throw new Error(`there is no release before the one that runs:\n${list.join("\n")}`);
}

/** The release that the stack's configuration names; undefined where it names none. */
export async function pinnedRelease(stack: string): Promise<string | undefined> {
  const { code, stdout } = await pulumiConfig(stack, "get", "release");
  const release = stdout.trim();
  return code !== 0 || release === "" ? undefined : release;
}

/** Writes into the stack's configuration which release it runs; undefined for the newest. @throws Error of Pulumi's. */
export async function pinRelease(stack: string, release: string | undefined): Promise<void> {
  const change = release === undefined ? ["rm", "release"] : ["set", "release", release];
  const { code, stdout, stderr } = await pulumiConfig(stack, ...change);
  if (code !== 0) throw new Error(`${stdout}${stderr}`.trim());
}

function pulumiConfig(stack: string, ...args: readonly string[]): Promise<Ended> {
  return execute("pulumi", ["config", ...args, "--stack", stack, "--non-interactive"]);
}

import { MorganError } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import type { Outputs } from "./outputs.ts";
import { execute, type Ended } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";

/**
 * The release to go back to: the one that the user names, or else the one before the release that runs.
 *
 * @throws MorganError with the kept releases if there is no such release.
 */
export function releaseBefore(
  { release = "", releases = [] }: Partial<Outputs>,
  wanted: string | undefined,
  stack: StackName,
): string {
  const ids = releases.map(({ id }) => id);
  const found = wanted ?? ids[ids.indexOf(release) + 1];
  if (found !== undefined && (wanted !== undefined || ids.includes(release))) return found;
  const kept = releases.map(({ id, revision }) => `${id}${id === release ? "  runs" : ""}  ${revision}`.trimEnd());
  const problem = {
    key: "rollback",
    expected: "a kept release before the one that runs",
    found: kept.length === 0 ? "no kept release" : `there is no release before the one that runs:\n${indented(kept)}`,
    fix: `name another release with --to <id>, or run a new one: ${forStack("up", stack.reference)}`,
  };
  throw new MorganError([problem], "nothing was changed");
}

/** Lines below the text of a problem. */
function indented(lines: readonly string[]): string {
  return lines.map((line) => `${" ".repeat(14)}${line}`).join("\n");
}

/** The release that the stack's configuration names; undefined if it names none. */
export async function pinnedRelease(stack: StackName): Promise<string | undefined> {
  const { code, stdout } = await pulumiConfig(stack, "get", "release");
  const release = stdout.trim();
  return code !== 0 || release === "" ? undefined : release;
}

/**
 * Writes the release to run into the stack's configuration; undefined for the newest. @throws Error with Pulumi's
 * message.
 */
export async function pinRelease(stack: StackName, release: string | undefined): Promise<void> {
  const change = release === undefined ? ["rm", "release"] : ["set", "release", release];
  const { code, stdout, stderr } = await pulumiConfig(stack, ...change);
  if (code !== 0) throw new Error(`${stdout}${stderr}`.trim());
}

function pulumiConfig(stack: StackName, ...args: readonly string[]): Promise<Ended> {
  return execute("pulumi", ["config", ...args, "--stack", stack.reference, "--non-interactive"]);
}

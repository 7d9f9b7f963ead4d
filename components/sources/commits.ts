import type { RunProgram } from "../system/run-program.ts";

/** A commit, by its abbreviated id and the first line of its message. */
export interface ListedCommit {
  readonly id: string;
  readonly subject: string;
}

/** Largest number of commits that are listed. */
const MOST = 50;

/**
 * Returns the commits that a revision has and an earlier one has not, the newest first, 50 at most. Undefined if the
 * checkout lacks one of the two, or if git cannot say.
 *
 * @param from - a commit, as `sourceRevision` returns it.
 */
export async function commitsBetween(
  run: RunProgram,
  from: string,
  to: string,
): Promise<readonly ListedCommit[] | undefined> {
  const [first, last] = [from, to].map((revision) => /^([0-9a-f]{7,64})\+?$/.exec(revision)?.[1]);
  if (first === undefined || last === undefined) return undefined;
  const format = [
    "--no-replace-objects",
    "-c",
    "safe.directory=*",
    "log",
    "--pretty=tformat:%h%x00%s",
    `--max-count=${String(MOST)}`,
  ];
  const listed = await run("git", [...format, `${first}..${last}`, "--"]);
  if (listed?.succeeded !== true) return undefined;
  return listed.output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", subject = ""] = line.split("\0");
      return { id, subject };
    });
}

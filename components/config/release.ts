import type { Duration } from "../lib/units.ts";
import type { ConfigReader } from "./reader.ts";

/** The release that a stack runs, and the time for which its new containers have to stay ready. */
export interface ReleaseConfig {
  /** The stack to promote from, by its name or as "organization/project/stack"; empty for a stack that builds. */
  readonly promoteFrom: string;
  /** Id of the release to run instead of the newest; empty for the newest. */
  readonly pinned: string;
  /** True if it may promote a release of sources that no commit has. Default: false. */
  readonly promoteUncommitted: boolean;
  /** Time for which new containers have to stay ready before the old ones are removed. Default: 0 s. */
  readonly minReady: Duration;
}

/** Longest `minReady`. A rollout holds two containers of each service for that time, and the lock on the state. */
const LONGEST_WAIT = "60 min";

/** Reads the section of the release. */
export function readRelease({ text, boolean, duration, wrong, unused }: ConfigReader): ReleaseConfig {
  const name = text("promoteFrom");
  const isName = /^(?:[\w.-]+\/[\w.-]+\/)?[\w.-]+$/.test(name);
  if (name !== "" && !isName) wrong("promoteFrom", '"stack" or "organization/project/stack"', `"${name}"`);
  const promoteUncommitted = boolean("promoteUncommitted");
  if (promoteUncommitted && name === "") unused("promoteUncommitted", "there is no morgan:promoteFrom");
  return {
    promoteFrom: isName ? name : "",
    promoteUncommitted,
    pinned: text("release"),
    minReady: duration("minReady", "0 s", LONGEST_WAIT),
  };
}

import { field, stringOr } from "../lib/json.ts";

/** Builds that count, of one stage. */
const BUILDS = 3;

/** A build in BuildKit's history. */
export interface Build {
  readonly stage: string;
  /** Time at which it began, in milliseconds since 1970. */
  readonly began: number;
  readonly seconds: number;
}

/**
 * Parses BuildKit's history as buildx prints it, a line of JSON for each build. Builds that failed, that still run, or
 * that found everything in the cache are left out. Each context's folder has the name of its stage.
 */
export function parseHistory(text: string): readonly Build[] {
  return text.split("\n").flatMap((line): Build[] => {
    const build = parseLine(line);
    const stage = /^(?:.*\/)?([a-z][a-z0-9-]*)-[0-9a-f]{16}$/.exec(stringOr(field(build, "name"), ""))?.[1];
    const [began, ended] = ["created_at", "completed_at"].map((name) => Date.parse(stringOr(field(build, name), "")));
    const isCached = field(build, "cached_steps") === field(build, "total_steps");
    if (stage === undefined || began === undefined || ended === undefined) return [];
    if (field(build, "status") !== "Completed" || isCached || !(ended >= began)) return [];
    return [{ stage, began, seconds: (ended - began) / 1000 }];
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Returns the seconds of the last builds of each stage, the newest first, three at most. */
export function secondsByStage(builds: readonly Build[]): Readonly<Record<string, readonly number[]>> {
  const newest = builds.toSorted((a, b) => b.began - a.began);
  return Object.fromEntries(
    [...Map.groupBy(newest, ({ stage }) => stage)].map(([stage, own]) => [
      stage,
      own.slice(0, BUILDS).map(({ seconds }) => seconds),
    ]),
  );
}

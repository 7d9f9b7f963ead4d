import { LOG_LINES } from "../../components/engine/container-log.ts";
import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { execute } from "../lib/run-program.ts";
import { unhealthyContainers, type Part } from "./failed-containers.ts";
import type { GateLog } from "./gate-logs.ts";
import { networkHints } from "./network-hints.ts";

/** An `up` that failed. */
export interface FailedUp {
  /** The time at which it began, by this machine's clock. */
  readonly since: Date;
  /** Name of the buildx builder. */
  readonly builder: string;
  /** The command that goes on from there. */
  readonly again: string;
  /** The logs that the readiness gate handed over. */
  readonly gateLogs: readonly GateLog[];
}

/**
 * Explains why an `up` failed, if the providers do not. Returns the end of the log of each build that failed since it
 * began, the end of the log of each unhealthy container, those of this `up` last, and a hint for each unreachable host in the builds' logs.
 */
export async function explainFailure(
  engine: Engine,
  identity: Identity,
  { since: began, builder, again, gateLogs }: FailedUp,
): Promise<string> {
  const since = await onClockOf(engine, began);
  const builds = await failedBuilds(since, builder);
  const hints = new Set(builds.flatMap(({ log }) => networkHints(log, again)));
  const shown = new Set(gateLogs.map(({ id }) => id));
  const others = await unhealthyContainers(engine, identity, { since, shown });
  const parts = [...builds, ...others, ...gateLogs];
  const texts = parts.map(({ title, log }) => `\n--- ${title}\n${lastLines(log)}\n`);
  return [...texts, ...[...hints].map((hint) => `\n${hint}\n`)].join("");
}

/** A time by the engine's clock: an engine on another machine may be minutes behind. */
async function onClockOf(engine: Engine, time: Date): Promise<Date> {
  try {
    const now = Date.now();
    const difference = (await engine.clock()).getTime() - now;
    // Clocks of one machine are read a moment apart.
    return Math.abs(difference) < SAME_CLOCK ? time : new Date(time.getTime() + difference);
  } catch {
    return time;
  }
}

/** Milliseconds. */
const SAME_CLOCK = 2000;

/** The history of builds is BuildKit's: the engine's API does not have it, and buildx prints it as JSON. */
async function failedBuilds(since: Date, builder: string): Promise<Part[]> {
  const of = ["buildx", "--builder", builder];
  const { stdout } = await execute("docker", [...of, "history", "ls", "--format", "json", "--no-trunc"]);
  const failed = jsonLines(stdout).filter(
    (build) => build["status"] === "Error" && new Date(String(build["created_at"])) >= since,
  );
  const parts = failed.map(async (build) => {
    const id = String(build["ref"]).split("/").at(-1) ?? "";
    const { stdout: out, stderr } = await execute("docker", [...of, "history", "logs", id, "--progress", "plain"]);
    return { title: `build of ${stageOf(String(build["name"]))}`, log: out + stderr };
  });
  return Promise.all(parts);
}

/** The stage of a build, by the folder of its context: ".morgan/contexts/core-deps-0123456789abcdef" is core-deps. */
function stageOf(name: string): string {
  return name.replace(/^.*\//, "").replace(/-[0-9a-f]{16}$/, "");
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
}

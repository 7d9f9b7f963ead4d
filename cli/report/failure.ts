import { endOfLog, LOG_LINES } from "../../components/engine/container-log.ts";
import type { InspectedContainer } from "../../components/engine/containers.ts";
import type { Engine } from "../../components/engine/engine.ts";
import { ROLE_LABEL, STACK_LABEL } from "../../components/engine/labels.ts";
import { networkHints } from "./network-hints.ts";
import { execute } from "../lib/run-program.ts";

/**
 * Explains why an `up` failed, if the providers do not. Returns the end of the log of each build of `builder` that failed
 * since `since`, the end of the log of each unhealthy container, and a hint for each unreachable host in the builds' logs,
 * with `again`, the command that goes on from there.
 */
export async function explainFailure(
  engine: Engine,
  stack: string,
  { since, builder, again }: { readonly since: Date; readonly builder: string; readonly again: string },
): Promise<string> {
  const builds = await failedBuilds(since, builder);
  const hints = new Set(builds.flatMap(({ log }) => networkHints(log, again)));
  const parts = [...builds, ...(await unhealthyContainers(engine, stack))];
  const shown = parts.map(({ title, log }) => `\n--- ${title}\n${lastLines(log)}\n`);
  return [...shown, ...[...hints].map((hint) => `\n${hint}\n`)].join("");
}

interface Part {
  readonly title: string;
  readonly log: string;
}

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

/**
 * Stops each container that a failed `up` left and that never became healthy, if a healthy container does its work. It
 * would go on being probed, restarted, and found by the gateway. The next `up` replaces it.
 */
export async function stopFailed(engine: Engine, stack: string): Promise<void> {
  const containers = await containersOf(engine, stack);
  const healthy = new Set(containers.filter(isHealthy).map(roleOf));
  const failed = containers.filter(
    (container) => !isHealthy(container) && isUp(container) && healthy.has(roleOf(container)),
  );
  await Promise.allSettled(failed.map(({ id }) => engine.stop(id)));
}

/** The containers of a stack; none if the engine cannot be reached, which Pulumi has reported by then. */
async function containersOf(engine: Engine, stack: string): Promise<readonly InspectedContainer[]> {
  try {
    const listed = await engine.containers({ labels: { [STACK_LABEL]: stack } });
    const found = await Promise.all(listed.map(({ id }) => engine.inspect(id)));
    return found.flatMap((container) => container ?? []);
  } catch {
    return [];
  }
}

function isHealthy({ status, health }: InspectedContainer): boolean {
  return status === "running" && health === "healthy";
}

function isUp({ status }: InspectedContainer): boolean {
  return status === "running" || status === "restarting";
}

function roleOf({ labels }: InspectedContainer): string {
  return labels[ROLE_LABEL] ?? "";
}

async function unhealthyContainers(engine: Engine, stack: string): Promise<Part[]> {
  const parts = (await containersOf(engine, stack))
    .filter((container) => container.status !== "created" && !isHealthy(container))
    .map(async (container) => ({
      title: `container ${container.name}: ${describeState(container)}`,
      log: await endOfLog(engine, container.id),
    }));
  return Promise.all(parts);
}

/** "running (unhealthy)", "exited (3)", "running". */
function describeState({ status, health, exitCode }: InspectedContainer): string {
  if (status !== "running") return `${status} (${String(exitCode)})`;
  return health === "none" ? status : `${status} (${health})`;
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

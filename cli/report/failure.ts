import { logOf } from "../../components/engine/docker-client.ts";
import { networkHints } from "./network-hints.ts";
import { execute } from "../lib/run-program.ts";

/** Lines of a log that are shown; what went wrong is at its end. */
const LINES = 20;

/**
 * Says why an `up` failed where the providers do not: the end of the log of every build that failed since then, and of
 * every container of the stack that is not healthy; and which hosts of the network the builds speak of.
 */
export async function explainFailure(stack: string, since: Date): Promise<string> {
  const builds = await failedBuilds(since);
  const hints = new Set(builds.flatMap(({ log }) => networkHints(log)));
  const parts = [...builds, ...(await unhealthyContainers(stack))];
  const shown = parts.map(({ title, log }) => `\n--- ${title}\n${lastLines(log)}\n`);
  return [...shown, ...[...hints].map((hint) => `\n${hint}\n`)].join("");
}

interface Part {
  readonly title: string;
  readonly log: string;
}

async function failedBuilds(since: Date): Promise<Part[]> {
  const { stdout } = await execute("docker", ["buildx", "history", "ls", "--format", "json", "--no-trunc"]);
  const failed = jsonLines(stdout).filter(
    (build) => build["status"] === "Error" && new Date(String(build["created_at"])) >= since,
  );
  const parts = failed.map(async (build) => {
    const id = String(build["ref"]).split("/").at(-1) ?? "";
    const { stdout: out, stderr } = await execute("docker", ["buildx", "history", "logs", id, "--progress", "plain"]);
    return { title: `build of ${stageOf(String(build["name"]))}`, log: out + stderr };
  });
  return Promise.all(parts);
}

/** The stage that a build's context was laid out for: ".morgan/contexts/core-deps-0123456789abcdef" is core-deps. */
function stageOf(name: string): string {
  return name.replace(/^.*\//, "").replace(/-[0-9a-f]{16}$/, "");
}

/**
 * Stops what a failed `up` left and never became healthy, where a healthy container does its work: it would go on being
 * probed, restarted, and found by the gateway. The next `up` replaces it.
 */
export async function stopFailed(stack: string): Promise<void> {
  const containers = await containersOf(stack);
  const healthy = new Set(containers.filter(isHealthy).map(roleOf));
  const failed = containers.filter(
    (container) => !isHealthy(container) && isUp(container) && healthy.has(roleOf(container)),
  );
  if (failed.length > 0) await execute("docker", ["stop", ...failed.map((container) => String(container["ID"]))]);
}

type Listed = Readonly<Record<string, unknown>>;

async function containersOf(stack: string): Promise<Listed[]> {
  const filters = ["--filter", `label=morgan.stack=${stack}`];
  const { stdout } = await execute("docker", ["ps", "--all", ...filters, "--format", "json", "--no-trunc"]);
  return jsonLines(stdout);
}

function isHealthy(container: Listed): boolean {
  return String(container["Status"]).includes("(healthy)");
}

function isUp(container: Listed): boolean {
  return container["State"] === "running" || container["State"] === "restarting";
}

function roleOf(container: Listed): string {
  return /morgan\.role=([^,]*)/.exec(String(container["Labels"]))?.[1] ?? "";
}

async function unhealthyContainers(stack: string): Promise<Part[]> {
  const parts = (await containersOf(stack))
    .filter((container) => container["State"] !== "created" && !isHealthy(container))
    .map(async (container) => {
      const title = `container ${String(container["Names"])}: ${String(container["Status"])}`;
      return { title, log: await logOf(String(container["ID"])) };
    });
  return Promise.all(parts);
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-LINES).join("\n");
}

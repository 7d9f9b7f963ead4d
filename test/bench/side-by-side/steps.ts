import { spawnSync } from "node:child_process";
import { buildsSince } from "../../integration/support/builds.ts";
import { lines } from "../../integration/support/engine.ts";

/** A step of a build in a report of BuildKit. Several reports may have the same step. */
interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached?: boolean;
  readonly completed?: string;
}

/** Returns the RUN instructions that a builder has executed since then, each once, without cached steps. */
export function executedSteps(since: Date, builder = "default"): string[] {
  return executedIn(buildsSince(since, builder).map((id) => logOf(id, builder)));
}

/** Returns the log of a build, which buildx 0.29.1 writes to stderr. @throws Error if there is none. */
function logOf(id: string, builder: string): string {
  const args = ["buildx", "history", "logs", "--builder", builder, id, "--progress", "rawjson"];
  const { status, stderr } = spawnSync("docker", args, { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  if (status !== 0 || stderr === "") throw new Error(`no log of the build ${id}: ${stderr}`);
  return stderr;
}

/** Returns the RUN instructions that were executed. Each line of a raw log is a report in JSON. */
export function executedIn(logs: readonly string[]): string[] {
  const reports = logs
    .flatMap(lines)
    .flatMap((line) => (JSON.parse(line) as { readonly vertexes?: readonly Vertex[] }).vertexes ?? []);
  const cached = new Set(reports.filter((vertex) => vertex.cached === true).map(({ digest }) => digest));
  const executed = reports.filter(
    ({ digest, name, completed }) => completed !== undefined && !cached.has(digest) && /^\[[^\]]*\] RUN /.test(name),
  );
  return [...new Map(executed.map(({ digest, name }) => [digest, name])).values()];
}

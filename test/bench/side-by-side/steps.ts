import { spawnSync } from "node:child_process";
import { docker } from "../../integration/support/engine.ts";

/** A step of a build, as BuildKit reports on it; several reports speak of the same one. */
interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached?: boolean;
  readonly completed?: string;
}

/** The RUN instructions that a builder has executed since then, each once; what a cache had is not among them. */
export function executedSteps(since: Date, builder = "default"): string[] {
  const records = lines(docker("buildx", "history", "ls", "--builder", builder, "--format", "json", "--no-trunc"))
    .map((line) => JSON.parse(line) as { readonly ref: string; readonly created_at: string })
    .filter((record) => new Date(record.created_at) >= since);
  return executedIn(records.map(({ ref }) => logOf(ref.split("/").at(-1) ?? "", builder)));
}

/** The log of a build, which goes to where progress is shown. @throws Error where there is none. */
function logOf(id: string, builder: string): string {
  const args = ["buildx", "history", "logs", "--builder", builder, id, "--progress", "rawjson"];
  const { status, stderr } = spawnSync("docker", args, { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  if (status !== 0 || stderr === "") throw new Error(`no log of the build ${id}: ${stderr}`);
  return stderr;
}

/** The RUN instructions that were executed according to logs in BuildKit's raw form, a line of JSON a report. */
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

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

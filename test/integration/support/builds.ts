import { docker, lines } from "./engine.ts";

/** Returns the ids of the builds that BuildKit's history has since then. */
export function buildsSince(since: Date, builder = "default"): string[] {
  return lines(docker("buildx", "history", "ls", "--builder", builder, "--format", "json", "--no-trunc"))
    .map((line) => JSON.parse(line) as { readonly ref: string; readonly created_at: string })
    .filter(({ created_at: created }) => new Date(created) >= since)
    .map(({ ref }) => ref.split("/").at(-1) ?? "");
}

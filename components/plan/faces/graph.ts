import type { StackManifest } from "../manifest.ts";
import { sizeLines, type CostSources } from "./costs.ts";
import { visible } from "./visible.ts";

/** What a picture of the image graph shows. */
export interface GraphArgs extends CostSources {
  readonly stages: StackManifest["stages"];
}

/**
 * Returns the image graph of a stack as a Mermaid picture. Each image has the compressed size of the layers that it
 * adds, and an image of a service its whole size on the disk.
 */
export function describeImageGraph({ stages, ...sources }: GraphArgs): string {
  const names = Object.keys(stages).sort();
  const ids = new Map(names.map((name, index) => [name, `n${String(index)}`]));
  const nodes = names.map((name) => {
    return `  ${ids.get(name) ?? ""}["${[plain(name), ...sizeLines(name, sources)].join("<br>")}"]`;
  });
  const edges = names.flatMap((name) =>
    Object.entries(stages[name]?.parents ?? {}).flatMap(([alias, parent]) => {
      const [from, to] = [ids.get(parent), ids.get(name)];
      if (from === undefined || to === undefined) return [];
      return [`  ${from} ${alias === "tools" ? "-. mounted .->" : "-->"} ${to}`];
    }),
  );
  return `${["flowchart LR", ...nodes, ...edges].join("\n")}\n`;
}

/** Returns a name without what Mermaid would read as its own. */
export function plain(name: string): string {
  return visible(name).replaceAll(/[^\w .:/-]/g, "_");
}

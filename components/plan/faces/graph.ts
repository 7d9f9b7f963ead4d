import type { ImageRecord } from "../last-up.ts";
import type { StackManifest } from "../manifest.ts";
import { describeBytes } from "./quantities.ts";
import { visible } from "./visible.ts";

/** What a picture of the image graph shows. */
export interface GraphArgs {
  readonly stages: StackManifest["stages"];
  /** What each image cost when it was last built, by name. */
  readonly records: Readonly<Record<string, Pick<ImageRecord, "layers">>>;
  /** Bytes of each service's image on the engine's disk, by name of the service. */
  readonly unpacked: Readonly<Record<string, number>>;
}

/**
 * Returns the image graph of a stack as a Mermaid picture. Each image has the compressed size of the layers that it
 * adds, and an image of a service its whole size on the disk.
 */
export function describeImageGraph({ stages, records, unpacked }: GraphArgs): string {
  const names = Object.keys(stages).sort();
  const ids = new Map(names.map((name, index) => [name, `n${String(index)}`]));
  const nodes = names.map((name) => {
    const layers = records[name]?.layers;
    const sizes = [
      ...(layers === undefined ? [] : [`adds ${describeBytes(layers.reduce((sum, size) => sum + size, 0))}`]),
      ...(unpacked[name] === undefined ? [] : [`${describeBytes(unpacked[name])} in all`]),
    ];
    return `  ${ids.get(name) ?? ""}["${[plain(name), ...sizes].join("<br>")}"]`;
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

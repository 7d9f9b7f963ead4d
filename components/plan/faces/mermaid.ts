import type { PlannedImage } from "../plan.ts";
import { plain } from "./graph.ts";

/** Fill and line of what changes. The text of a node says the same without colour. */
const STYLES = [
  "classDef build fill:#ffe2b3,stroke:#9a5b00,color:#000",
  "classDef copy fill:#cfe8ff,stroke:#0b5cad,color:#000",
  "classDef switch fill:#cfe8ff,stroke:#0b5cad,color:#000",
  "classDef remove fill:#f5c6c6,stroke:#a11,color:#000,stroke-dasharray:4",
];

/** Returns the image graph as a Mermaid picture, with what changes coloured. */
export function describeGraph(images: readonly PlannedImage[]): string {
  const ids = new Map(images.map(({ name }, index) => [name, `n${String(index)}`]));
  const nodes = images.map(
    ({ name, action }, index) =>
      `  n${String(index)}["${plain(name)}<br>${action}"]${action === "cached" ? "" : `:::${action}`}`,
  );
  const edges = images.flatMap(({ name, parents }) =>
    parents.flatMap((parent) => {
      const [from, to] = [ids.get(parent), ids.get(name)];
      return from === undefined || to === undefined ? [] : [`  ${from} --> ${to}`];
    }),
  );
  return ["graph LR", ...nodes, ...edges, ...STYLES.map((style) => `  ${style}`)].join("\n");
}

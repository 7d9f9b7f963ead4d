import { visible } from "../plan/faces/visible.ts";
import { sizeLines } from "../plan/faces/costs.ts";
import { CHARACTER, element, px, type Markup } from "./markup.ts";
import type { Report } from "./report.ts";

/** An image with its place in the picture. */
interface Node {
  readonly name: string;
  readonly lines: readonly string[];
  /** Number of images on the longest way to it. */
  readonly column: number;
  readonly parents: readonly { readonly name: string; readonly isMounted: boolean }[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const LINE = 14;
const PADDING = 6;
const GAP = { x: 46, y: 14 };

/** Returns the image graph as a picture: from the base on the left to the services on the right. */
export function drawGraph(report: Pick<Report, "stages" | "records" | "unpacked">): Markup {
  const nodes = place(report);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const width = Math.max(0, ...nodes.map((node) => node.x + node.width)) + 2;
  const height = Math.max(0, ...nodes.map((node) => node.y + node.height)) + 2;
  const edges = nodes.flatMap((node) =>
    node.parents.flatMap(({ name, isMounted }) => {
      const parent = byName.get(name);
      return parent === undefined ? [] : [drawEdge(parent, node, isMounted)];
    }),
  );
  return element(
    "svg",
    {
      viewBox: `0 0 ${String(px(width))} ${String(px(height))}`,
      style: `width:${String(px(width))}px;min-width:0`,
      role: "img",
      "aria-label": "the image graph; the table below has the same in words",
    },
    edges,
    nodes.map(drawNode),
  );
}

function drawNode({ name, lines, x, y, width, height }: Node): Markup {
  return element(
    "g",
    { class: "node" },
    element("title", {}, [name, ...lines].join(", ")),
    element("rect", { x: px(x), y: px(y), width: px(width), height: px(height), rx: 4 }),
    [name, ...lines].map((line, index) =>
      element("text", { x: px(x + PADDING), y: px(y + PADDING + LINE * index + 10) }, line),
    ),
  );
}

function drawEdge(from: Node, to: Node, isMounted: boolean): Markup {
  const [x0, y0] = [from.x + from.width, from.y + from.height / 2];
  const [x1, y1] = [to.x, to.y + to.height / 2];
  const middle = px((x0 + x1) / 2);
  const curve = [x0, y0, middle, y0, middle, y1, x1, y1].map((value) => String(px(value)));
  const [a, b, c, d, e, f, g, h] = curve;
  return element("path", {
    class: isMounted ? "edge mounted" : "edge",
    d: `M${a ?? ""} ${b ?? ""}C${c ?? ""} ${d ?? ""} ${e ?? ""} ${f ?? ""} ${g ?? ""} ${h ?? ""}`,
  });
}

/** Places the images: each right of all its parents, and near to them. */
function place(report: Pick<Report, "stages" | "records" | "unpacked">): Node[] {
  const { stages } = report;
  const columns = columnsOf(stages);
  const names = Object.keys(stages).sort();
  const placed = new Map<string, Node>();
  let x = 1;
  for (let column = 0; column <= Math.max(0, ...columns.values()); column++) {
    const own = names
      .filter((name) => columns.get(name) === column)
      .map((name) => {
        const parents = Object.entries(stages[name]?.parents ?? {}).map(([alias, parent]) => ({
          name: parent,
          isMounted: alias === "tools",
        }));
        const lines = sizeLines(name, report);
        const ys = parents.flatMap(({ name: parent, isMounted }) => (isMounted ? [] : [placed.get(parent)?.y ?? 0]));
        return { name: visible(name), key: name, parents, lines, near: Math.max(0, ...ys) };
      })
      .toSorted((a, b) => a.near - b.near);
    const width =
      Math.max(0, ...own.flatMap(({ name, lines }) => [name, ...lines].map((line) => line.length))) * CHARACTER;
    let y = 1;
    for (const { key, near, ...node } of own) {
      const height = LINE * (node.lines.length + 1) + PADDING * 2;
      placed.set(key, { ...node, column, x, y: Math.max(y, near), width: width + PADDING * 2, height });
      y = Math.max(y, near) + height + GAP.y;
    }
    x += width + PADDING * 2 + GAP.x;
  }
  return [...placed.values()];
}

/** Returns the column of each image. An image that is its own ancestor, which no stack has, ends the search. */
function columnsOf(stages: Report["stages"]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  const columnOf = (name: string, below: readonly string[]): number => {
    const known = columns.get(name);
    if (known !== undefined || below.includes(name)) return known ?? 0;
    const parents = Object.values(stages[name]?.parents ?? {}).filter((parent) => Object.hasOwn(stages, parent));
    const column = Math.max(-1, ...parents.map((parent) => columnOf(parent, [...below, name]))) + 1;
    columns.set(name, column);
    return column;
  };
  for (const name of Object.keys(stages)) columnOf(name, []);
  return columns;
}

import { hierarchy, treemap, type HierarchyRectangularNode } from "d3-hierarchy";
import { describeBytes } from "../plan/faces/quantities.ts";
import { element, fitting, px, type Markup } from "./markup.ts";
import type { SizeTree } from "./sizes.ts";

const WIDTH = 1100;
const HEIGHT = 480;
/** Height of the line with a group's name. */
const TITLE = 18;

/** Returns sizes as a picture: the area of a box is its share of the whole. */
export function drawTreemap(tree: SizeTree, description: string): Markup {
  const root = hierarchy(tree, ({ parts }) => parts)
    // The size of a group is that of its parts, which are summed here.
    .sum(({ parts, bytes }) => (parts.length === 0 ? bytes : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const placed = treemap<SizeTree>()
    .size([WIDTH, HEIGHT])
    .paddingOuter(2)
    .paddingInner(2)
    .paddingTop((node) => (node.depth === 0 ? 2 : TITLE))(root);
  // A part of a group that is no larger than its title has no area, and d3-hierarchy 3.1.3 places it anywhere.
  const boxes = placed.descendants().filter(({ depth, x0, x1, y0, y1 }) => depth > 0 && x1 > x0 && y1 > y0);
  return element(
    "svg",
    { viewBox: `0 0 ${String(WIDTH)} ${String(HEIGHT)}`, role: "img", "aria-label": description },
    boxes.map(drawBox),
  );
}

function drawBox({ x0, y0, x1, y1, data, parent, depth }: HierarchyRectangularNode<SizeTree>): Markup {
  const [width, height] = [x1 - x0, y1 - y0];
  const size = describeBytes(data.bytes);
  const isGroup = depth === 1;
  const path = isGroup || parent === null ? data.name : `${parent.data.name}: ${data.name}`;
  const text = (label: string, line: number): Markup | readonly [] => {
    const shown = fitting(label, width - 8);
    const isRoom = y0 + line * 14 <= y1 - 3;
    return shown === "" || !isRoom ? [] : element("text", { x: px(x0 + 4), y: px(y0 + line * 14 - 1) }, shown);
  };
  return element(
    "g",
    { class: isGroup ? "group" : "part" },
    element("title", {}, `${path}, ${size}`),
    element("rect", { x: px(x0), y: px(y0), width: px(Math.max(0, width)), height: px(Math.max(0, height)) }),
    isGroup ? text(`${data.name} ${size}`, 1) : [text(data.name, 1), text(size, 2)],
  );
}

import { expect } from "chai";
import fc from "fast-check";
import { CHARACTER, fitting } from "../../../components/report-page/markup.ts";
import { drawGraph } from "../../../components/report-page/graph.ts";
import { layerSizes, packageSizes, type SizeTree } from "../../../components/report-page/sizes.ts";
import { drawTimeline } from "../../../components/report-page/timeline.ts";
import { drawTreemap } from "../../../components/report-page/treemap.ts";
import { anyReport } from "./any-report.ts";

interface Rect {
  readonly of: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the boxes of a picture, each with the class of its group. */
function boxesOf(html: string): readonly Rect[] {
  const found = html.matchAll(/<g class="(\w+)">.*?<rect x="(\S+)" y="(\S+)" width="(\S+)" height="([^"\s]+)"/g);
  return [...found].map(([, of = "", ...numbers]) => {
    const [x = NaN, y = NaN, width = NaN, height = NaN] = numbers.map(Number);
    return { of, x, y, width, height };
  });
}

/** A tenth of a pixel, to which pictures are rounded, on both sides. */
const ROUND = 0.2;

function overlap(a: Rect, b: Rect): boolean {
  const isApart = (x: number, width: number, other: number, otherWidth: number): boolean =>
    x + width <= other + ROUND || other + otherWidth <= x + ROUND;
  return !isApart(a.x, a.width, b.x, b.width) && !isApart(a.y, a.height, b.y, b.height);
}

function within(inner: Rect, outer: Pick<Rect, "x" | "y" | "width" | "height">): boolean {
  return (
    inner.x >= outer.x - ROUND &&
    inner.y >= outer.y - ROUND &&
    inner.x + inner.width <= outer.x + outer.width + ROUND &&
    inner.y + inner.height <= outer.y + outer.height + ROUND
  );
}

function viewOf(html: string): {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
} {
  const [, width = NaN, height = NaN] = (/viewBox="0 0 (\S+) ([^"]+)"/.exec(html) ?? []).map(Number);
  return { x: 0, y: 0, width, height };
}

const word = fc.stringMatching(/^[a-z][a-z-]{0,11}$/);

describe("the pictures of any stack", () => {
  it("have the boxes of a treemap within their groups, and none on another", () => {
    fc.assert(
      fc.property(anyReport(word), ({ installed }) => {
        const { html } = drawTreemap(packageSizes(installed), "");
        const boxes = boxesOf(html);
        const groups = boxes.filter(({ of }) => of === "group");
        const parts = boxes.filter(({ of }) => of === "part");
        for (const own of [groups, parts])
          for (const [index, box] of own.entries()) {
            expect(within(box, viewOf(html))).to.equal(true);
            expect(own.slice(index + 1).some((other) => overlap(box, other))).to.equal(false);
          }
        for (const part of parts) expect(groups.some((group) => within(part, group))).to.equal(true);
      }),
    );
  });

  it("have every image of the graph once, right of its parents, and none on another", () => {
    fc.assert(
      fc.property(anyReport(word), (report) => {
        const names = Object.keys(report.stages);
        // Each image is built on some of those before it, as in every real graph.
        const stages = Object.fromEntries(
          names.map((name, index) => [name, { ...report.stages[name], parents: parentsOf(names, index) }]),
        ) as typeof report.stages;
        const { html } = drawGraph({ ...report, stages });
        const boxes = boxesOf(html);
        expect(boxes).to.have.lengthOf(names.length);
        for (const [index, box] of boxes.entries()) {
          expect(within(box, viewOf(html))).to.equal(true);
          expect(boxes.slice(index + 1).some((other) => overlap(box, other))).to.equal(false);
        }
        const ways = [...html.matchAll(/<path class="edge[^"]*" d="M(\S+) [^"]* (\S+) [^" ]+"\/>/g)];
        expect(ways).to.have.lengthOf(names.length === 0 ? 0 : names.length - 1);
        for (const [, from, to] of ways) expect(Number(from)).to.be.lessThan(Number(to));
      }),
    );
  });

  it("have every part of a timeline, within the picture", () => {
    fc.assert(
      fc.property(anyReport(word), ({ timelines }) => {
        for (const timeline of timelines) {
          const { html } = drawTimeline(timeline);
          const bars = boxesOf(html);
          expect(bars).to.have.lengthOf(timeline.builds.length + timeline.containers.length);
          for (const bar of bars) expect(within(bar, viewOf(html))).to.equal(true);
        }
      }),
    );
  });

  it("have no text that is longer than its room", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.double({ min: 0, max: 300, noNaN: true }), (text, width) => {
        expect(Array.from(fitting(text, width)).length * CHARACTER).to.be.at.most(width);
      }),
    );
  });
});

function parentsOf(names: readonly string[], index: number): Record<string, string> {
  const parent = names[Math.floor(index / 2)];
  return index === 0 || parent === undefined ? {} : { parent };
}

describe("the sizes of any stack", () => {
  const isWhole = ({ bytes, parts }: SizeTree): boolean =>
    parts.length === 0 || (bytes === parts.reduce((sum, part) => sum + part.bytes, 0) && parts.every(isWhole));

  it("count every layer once, and a package in the same size once for all services", () => {
    fc.assert(
      fc.property(anyReport(word), ({ records, installed }) => {
        const [layers, packages] = [layerSizes(records), packageSizes(installed)];
        expect([isWhole(layers), isWhole(packages)]).to.deep.equal([true, true]);
        expect(layers.bytes).to.equal(
          Object.values(records)
            .flatMap((record) => record.layers)
            .reduce((sum, size) => sum + size, 0),
        );
        const different = new Set(
          Object.values(installed).flatMap((own) => Object.entries(own).map((entry) => JSON.stringify(entry))),
        );
        const total = [...different].reduce((sum, entry) => sum + (JSON.parse(entry) as [string, number])[1], 0);
        expect(packages.bytes).to.equal(total);
      }),
    );
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { visible } from "../../../components/plan/faces/visible.ts";
import { writePage } from "../../../components/report-page/page.ts";
import { anyReport, hostile } from "./any-report.ts";

const ELEMENTS = new Set(
  "html head meta title style body h1 h2 h3 p section div details summary table thead tbody tr th td svg g rect path line text".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(
  "lang charset name content http-equiv class tabindex scope style viewBox role aria-label x y x1 x2 y1 y2 width height rx d".split(
    " ",
  ),
);

/** Returns the tags of a page without its own style. */
function tagsOf(page: string): readonly string[] {
  return page.replace(/<style>[^<]*<\/style>/, "").match(/<[^>]*>/g) ?? [];
}

describe("the page about any stack", () => {
  it("has its own elements and attributes alone, so that it runs and loads nothing", () => {
    fc.assert(
      fc.property(anyReport(hostile), (report) => {
        const [doctype, ...tags] = tagsOf(writePage(report));
        expect(doctype).to.equal("<!doctype html>");
        for (const tag of tags) {
          const [, name = "", attributes = ""] = /^<\/?([a-z0-9]+)((?: [A-Za-z0-9-]+="[^"<]*")*)\/?>$/.exec(tag) ?? [];
          expect(ELEMENTS.has(name), tag).to.equal(true);
          for (const [, attribute = "", value = ""] of attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
            expect(ATTRIBUTES.has(attribute), tag).to.equal(true);
            if (attribute === "style") expect(value).to.match(/^width:[\d.]+px;min-width:0$/);
          }
        }
      }),
    );
  });

  it("closes every element that it opens", () => {
    fc.assert(
      fc.property(anyReport(hostile), (report) => {
        const open: string[] = [];
        for (const tag of tagsOf(writePage(report)).slice(1)) {
          const name = /[a-z0-9]+/.exec(tag)?.[0] ?? "";
          if (tag.startsWith("</")) expect(open.pop()).to.equal(name);
          else if (!tag.endsWith("/>") && name !== "meta") open.push(name);
        }
        expect(open).to.deep.equal([]);
      }),
    );
  });

  it("shows every name, as it is", () => {
    const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
    fc.assert(
      fc.property(anyReport(hostile), (report) => {
        const cells = [...writePage(report).matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell = ""]) =>
          cell.replaceAll(/&\w+;/g, (entity) => entities[entity] ?? entity),
        );
        const names = [
          ...Object.keys(report.stages),
          ...report.timelines.flatMap(({ builds, containers }) => [...builds, ...containers].map(({ name }) => name)),
        ];
        for (const name of names) expect(cells).to.include(visible(name));
      }),
    );
  });

  it("is the same for the same report", () => {
    fc.assert(
      fc.property(anyReport(hostile), (report) => {
        expect(writePage(structuredClone(report))).to.equal(writePage(report));
      }),
    );
  });
});

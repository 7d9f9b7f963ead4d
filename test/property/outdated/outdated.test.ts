import { expect } from "chai";
import fc from "fast-check";
import { parseUpgrades } from "../../../components/outdated/parse.ts";
import { rebuiltBy, rootsOf } from "../../../components/outdated/rebuilds.ts";
import { describeOutdated } from "../../../components/outdated/table.ts";
import { stage } from "../../unit/support/manifests.ts";

/** Images in the order of a graph: each is built on some of those before it. */
const graphs = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((nodes) =>
  Object.fromEntries(
    nodes.map((picks, index) => [
      `n${String(index)}`,
      stage({
        parents: Object.fromEntries(
          index === 0 ? [] : picks.map((pick, at) => [`p${String(at)}`, `n${String(pick % index)}`]),
        ),
      }),
    ]),
  ),
);

describe("what any newer release rebuilds", () => {
  it("is what was changed, and everything on it, and nothing else, in the order of the graph", () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (stages, pick) => {
        const names = Object.keys(stages);
        const changed = names[pick % names.length] ?? "";
        const found = rebuiltBy([changed], stages);
        expect(found).to.deep.equal(names.filter((name) => found.includes(name)));
        for (const name of names) {
          const parents = Object.values(stages[name]?.parents ?? {});
          expect(found.includes(name), name).to.equal(
            name === changed || parents.some((parent) => found.includes(parent)),
          );
        }
      }),
    );
  });

  it("begins at the roots of an image, which have no parents and lead to the image", () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (stages, pick) => {
        const names = Object.keys(stages);
        const image = names[pick % names.length] ?? "";
        const roots = rootsOf(image, stages);
        expect(roots).not.to.deep.equal([]);
        for (const root of roots) {
          expect(Object.keys(stages[root]?.parents ?? {})).to.deep.equal([]);
          expect(rebuiltBy([root], stages)).to.include(image);
        }
      }),
    );
  });
});

describe("the answer of apt", () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9+.:~-]{0,15}$/);
  const upgrade = fc.record({ name: word, from: word, to: word });

  it("is read back, whatever lines are between", () => {
    fc.assert(
      fc.property(fc.array(upgrade), fc.array(fc.string().filter((line) => !line.includes("Inst "))), (all, noise) => {
        const lines = all.map(({ name, from, to }) => `Inst ${name} [${from}] (${to} Debian:12/stable [amd64])`);
        expect(parseUpgrades([...noise, ...lines.flatMap((line) => [line, ...noise])].join("\n"))).to.deep.equal(all);
      }),
    );
  });
});

describe("the table of what has moved", () => {
  it("has a line for each thing, whatever names there are", () => {
    const text = fc.string({ unit: "binary" });
    const moved = fc.array(
      fc.record({ name: text, from: text, to: text, places: fc.array(text), rebuilds: fc.array(text) }),
      { maxLength: 3 },
    );
    const unanswered = fc.array(fc.record({ source: text, reason: text }), { maxLength: 3 });
    fc.assert(
      fc.property(moved, moved, moved, unanswered, (baseImages, debian, python, silent) => {
        const printed = describeOutdated({ version: 1, stack: "dev", baseImages, debian, python, unanswered: silent });
        expect(printed).not.to.match(/[^\P{C}\n]/u);
        const tables = [baseImages, debian, python].filter((list) => list.length > 0);
        // A title and a hint for each table, and the last line.
        const lines = tables.length * 2 + tables.flat().length + silent.length + 1;
        expect(printed.split("\n").filter((line) => line !== "")).to.have.lengthOf(lines);
      }),
    );
  });
});

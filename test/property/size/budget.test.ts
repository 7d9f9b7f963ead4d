import { expect } from "chai";
import fc from "fast-check";
import { explainSize, growth, isOverBudget } from "../../../components/size/budget.ts";

const megabytes = fc.integer({ min: 1, max: 20_000 });
const installed = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"), megabytes).map(
  // A dictionary of fast-check has no prototype, and the program's have one.
  (found) => Object.fromEntries(Object.entries(found).map(([name, size]) => [name, size * 1e6])),
);

describe("the growth of an image", () => {
  it("is the difference of each package's sizes, for all packages that did not shrink", () => {
    fc.assert(
      fc.property(installed, installed, (after, before) => {
        const grown = growth(after, before);
        for (const { name, more, isNew } of grown) {
          expect((before[name] ?? 0) + more).to.equal(after[name]);
          expect(isNew).to.equal(!Object.hasOwn(before, name));
        }
        const others = Object.keys(after).filter((name) => !grown.some((found) => found.name === name));
        for (const name of others) expect(after[name]).to.be.at.most(before[name] ?? 0);
        expect(grown.map(({ more }) => more)).to.deep.equal(grown.map(({ more }) => more).sort((a, b) => b - a));
      }),
    );
  });

  it("is empty between an image and itself, and is reported with at most five names", () => {
    fc.assert(
      fc.property(installed, installed, (after, before) => {
        expect(growth(after, after)).to.deep.equal([]);
        expect(explainSize(after, before).split("; ").length).to.be.at.most(6);
        expect(explainSize(after, undefined)).to.match(/^largest: /);
      }),
    );
  });
});

describe("a budget", () => {
  it("is exceeded by one byte more than its size, in either unit", () => {
    fc.assert(
      fc.property(megabytes, megabytes, fc.boolean(), (unpacked, compressed, inGigabytes) => {
        const budget = inGigabytes
          ? ({ unpacked: `${unpacked / 1000} GB`, compressed: `${compressed / 1000} GB` } as const)
          : ({ unpacked: `${unpacked} MB`, compressed: `${compressed} MB` } as const);
        const full = { unpacked: unpacked * 1e6, compressed: compressed * 1e6 };
        expect(isOverBudget(full, budget)).to.equal(false);
        expect(isOverBudget({ ...full, unpacked: full.unpacked + 1 }, budget)).to.equal(true);
        expect(isOverBudget({ ...full, compressed: full.compressed + 1 }, budget)).to.equal(true);
      }),
    );
  });
});

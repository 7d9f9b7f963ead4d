import { expect } from "chai";
import fc from "fast-check";
import { editDistance, nearest } from "../../../components/lib/nearest.ts";

const word = fc.stringMatching(/^[a-z]{0,10}$/);

describe("the edit distance of two texts", () => {
  it("is a metric up to the swaps: zero for equal texts alone, and the same in both directions", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).to.equal(editDistance(b, a));
        expect(editDistance(a, b) === 0).to.equal(a === b);
        expect(editDistance(a, b)).to.be.within(Math.abs(a.length - b.length), Math.max(a.length, b.length));
      }),
    );
  });

  it("counts an inserted, a removed, a replaced letter and two swapped neighbours once", () => {
    fc.assert(
      fc.property(word, fc.nat(), (text, index) => {
        const at = index % (text.length + 1);
        const [before, after] = [text.slice(0, at), text.slice(at)];
        expect(editDistance(text, `${before}#${after}`)).to.equal(1);
        expect(editDistance(`${before}#${after}`, text)).to.equal(1);
        if (after !== "") expect(editDistance(text, `${before}#${after.slice(1)}`)).to.equal(1);
        expect(editDistance(`${before}#%${after}`, `${before}%#${after}`)).to.equal(1);
      }),
    );
  });
});

describe("the nearest name", () => {
  const names = ["gatewayPort", "gatewayName", "apiToken", "llmApiKey", "proxy"];

  it("is a name itself, in any spelling of its letters", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.infiniteStream(fc.boolean()), (name, upper) => {
        const spelt = name.replace(/./g, (letter) =>
          upper.next().value === true ? letter.toUpperCase() : letter.toLowerCase(),
        );
        expect(nearest(spelt, names)).to.equal(name);
      }),
    );
  });

  it("is found after one letter was lost, and not in a text that has nothing of it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), (name, index) => {
        const at = index % name.length;
        expect(nearest(name.slice(0, at) + name.slice(at + 1), names)).to.equal(name);
      }),
    );
    expect(nearest("colour", names)).to.equal(undefined);
    expect(nearest("", names)).to.equal(undefined);
  });
});

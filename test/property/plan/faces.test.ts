import { expect } from "chai";
import fc from "fast-check";
import { describeComment, MARKER } from "../../../components/plan/faces/comment.ts";
import { code, codeBlock } from "../../../components/plan/faces/markdown.ts";
import { describePlan } from "../../../components/plan/faces/table.ts";
import { describeBytes, describeSeconds } from "../../../components/plan/faces/quantities.ts";
import { anyPlan } from "./any-plan.ts";

const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("`", "```\n", "|", "</code>", "</details>", "@everyone", "<!-- x -->", "#1", "\n\n# title", "[a](b)"),
);

describe("a face of any plan", () => {
  it("is never longer than GitHub takes, whatever is in it, and always names the stack", () => {
    const diff = fc.string({ maxLength: 200 }).map((text) => text.repeat(1000));
    fc.assert(
      fc.property(fc.array(fc.record({ plan: anyPlan(hostile), diff }), { minLength: 1, maxLength: 3 }), (previews) => {
        const comment = describeComment(previews);
        expect(comment.length).to.be.at.most(65_536);
        expect(comment.startsWith(MARKER)).to.equal(true);
        for (const { plan } of previews) expect(comment).to.include(code(plan.stack));
      }),
      { numRuns: 60 },
    );
  });

  it("fits into whatever room there is, from a few hundred characters on", () => {
    fc.assert(
      fc.property(anyPlan(hostile), fc.string(), fc.integer({ min: 700, max: 5000 }), (plan, diff, room) => {
        expect(describeComment([{ plan, diff }], room).length).to.be.at.most(room);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same text for the same plan", () => {
    fc.assert(
      fc.property(anyPlan(hostile), (plan) => {
        const copy = structuredClone(plan);
        expect(describeComment([{ plan: copy, diff: "d" }])).to.equal(describeComment([{ plan, diff: "d" }]));
        expect(describePlan(copy)).to.equal(describePlan(plan));
      }),
      { numRuns: 100 },
    );
  });
});

describe("a plan in a terminal", () => {
  it("has no control character but the ends of its own lines, whatever is in it", () => {
    const strange = fc.oneof(hostile, fc.constantFrom("\u001b[2J", "\u202e", "a\r\nb", "\u0000", "\t"));
    fc.assert(
      fc.property(anyPlan(strange), fc.boolean(), (plan, all) => {
        expect(describePlan(plan, { all })).to.not.match(/[^\P{C}\n]/u);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a text in Markdown", () => {
  it("is one line of code that nothing in the text ends, and that comes back from its entities", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const inside = /^<code>(.*)<\/code>$/u.exec(code(text))?.[1];
        expect(inside).to.match(/^(?:[\p{L}\p{N} ./,:;()+=-]|&#\d+;)*$/u);
        const back = inside?.replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)));
        expect(back).to.equal(text.replaceAll(/\s+/g, " "));
      }),
    );
  });

  it("is a block that no fence in the text ends", () => {
    fc.assert(
      fc.property(fc.array(hostile), (parts) => {
        const [first = "", ...rest] = codeBlock(parts.join(""), "").split("\n");
        expect(rest.slice(0, -1).some((line) => line.trim().startsWith(first))).to.equal(false);
        expect(rest.at(-1)).to.equal(first);
      }),
    );
  });
});

describe("a quantity for people", () => {
  it("grows with the number, and has at most three digits before its unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (bytes) => {
        expect(describeBytes(bytes)).to.match(/^\d{1,3}(?:\.\d)? (?:B|[kMGT]B)$/);
      }),
    );
    expect([0, 999, 999.6, 31_000, 9_940_000, 1.2e9].map(describeBytes)).to.deep.equal([
      "0 B",
      "999 B",
      "1 kB",
      "31 kB",
      "9.9 MB",
      "1.2 GB",
    ]);
    expect([0.04, 1, 9.94, 9.96, 119, 120, 125].map(describeSeconds)).to.deep.equal([
      "0 s",
      "1 s",
      "9.9 s",
      "10 s",
      "119 s",
      "2 min",
      "2 min 5 s",
    ]);
  });
});

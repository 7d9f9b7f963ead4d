import { expect } from "chai";
import fc from "fast-check";
import { describeComment, MARKER } from "../../../../components/plan/faces/comment.ts";
import { joinComments } from "../../../../components/plan/faces/join-comments.ts";
import { planOf, STACK } from "../../../unit/support/manifests.ts";

const comment = (stack: string, diff: string): string => describeComment([{ plan: { ...planOf(STACK), stack }, diff }]);

/** Comments of one to four stacks, with texts of Pulumi from empty to longer than a comment may be. */
const comments = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{3,9}$/), fc.nat(70_000)), {
  minLength: 1,
  maxLength: 4,
  selector: ([stack]) => stack,
});

describe("one comment on several stacks", () => {
  it("is never too long, begins with one marker, and names every stack", () => {
    fc.assert(
      fc.property(comments, fc.integer({ min: 2000, max: 65_536 }), (stacks, longest) => {
        const text = joinComments(
          stacks.map(([stack, length]) => comment(stack, "x".repeat(length))),
          longest,
        );
        expect(text.length).to.be.at.most(longest);
        expect(text.split(MARKER)).to.have.length(2);
        expect(text.startsWith(MARKER)).to.equal(true);
        for (const [stack] of stacks) expect(text).to.include(`### <code>${stack}</code>`);
      }),
      { numRuns: 200 },
    );
  });

  it("is all that was given if there is room", () => {
    const all = [comment("dev", "first"), comment("prod", "second")];
    const text = joinComments(all);
    for (const part of all) expect(text).to.include(part.replace(MARKER, "").trim());
  });
});

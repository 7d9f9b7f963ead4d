import { expect } from "chai";
import { describeComment } from "../../../components/plan/faces/comment.ts";
import { describePlan } from "../../../components/plan/faces/table.ts";
import { describeSummary } from "../../../components/plan/faces/summary.ts";
import { expectGolden } from "../support/golden.ts";
import { planOf, STACK, withStage } from "../support/manifests.ts";
import { TYPICAL } from "../support/plans.ts";

/** The end of a preview as Pulumi prints it. */
const DIFF = "Previewing update (dev):\n\n ~  docker-build:index:Image core update\n\nResources:\n    ~ 1 to update\n";

describe("the faces of a plan", () => {
  for (const [name, plan] of Object.entries(TYPICAL)) {
    it(`show a typical change in a terminal and in a pull request: ${name}`, () => {
      expectGolden(`plan-${name}.txt`, `${describePlan(plan)}\n`);
      expectGolden(`${name}.md`, describeComment([{ plan, diff: DIFF }]), "docs/examples/comments");
    });
  }

  it("sum up in one line", () => {
    expect(describeSummary(planOf(STACK))).to.equal("nothing changes");
    expect(describeSummary(planOf(STACK, { before: undefined }))).to.equal("what changes is not known");
    expect(describeSummary(TYPICAL["one-line"] ?? planOf(STACK))).to.equal(
      "1 image, 1 container, nothing interrupted, about 9.2 s and 31 kB, " +
        "the last 4 forecasts said 38 s and 124 kB, and it took 41 s and 121 kB",
    );
    const unknown = planOf(withStage("tts", { files: {} }), { forecast: { unknown: ["tts"] } });
    expect(describeSummary(unknown)).to.equal("1 image, 1 container, nothing interrupted, no history of tts");
  });

  it("leave out what stays, unless everything is asked for", () => {
    const plan = TYPICAL["one-line"] ?? planOf(STACK);
    expect(describePlan(plan)).to.not.include("cached");
    const all = describePlan(plan, { all: true });
    for (const name of [...Object.keys(STACK.stages), ...Object.keys(STACK.containers)]) expect(all).to.include(name);
  });

  it("show three of many reasons, and all if everything is asked for", () => {
    const files = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`services/tts/f${String(index)}.py`, "1"]),
    );
    const plan = planOf(withStage("tts", { files: { ...STACK.stages["tts"]?.files, ...files } }));
    expect(describePlan(plan)).to.include("f2.py added").and.include("and 6 more (--all)").and.not.include("f3.py");
    expect(describePlan(plan, { all: true }))
      .to.include("f8.py added")
      .and.not.include("more");
  });

  it("put several stacks into one comment", () => {
    const previews = ["one-line", "promotion"].map((name) => ({ plan: TYPICAL[name] ?? planOf(STACK), diff: DIFF }));
    const comment = describeComment(previews);
    expect(comment.match(/^### /gm)).to.have.lengthOf(2);
    expect(comment.match(/<!-- morgan-plan -->/g)).to.have.lengthOf(1);
  });
});

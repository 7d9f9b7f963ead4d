import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { formatProblems, MorganError, throwProblems } from "../../../components/lib/errors.ts";

const problem = { key: "morgan:gatewayPort", expected: "a port", found: "nothing", fix: "set it" };

describe("problems", () => {
  it("are thrown together, as an error that Pulumi prints without a stack trace", () => {
    const other = { ...problem, key: "morgan:registryPort" };
    expect(() => {
      throwProblems([problem, other]);
    })
      .to.throw(MorganError)
      .that.is.instanceOf(RunError)
      .and.has.deep.property("problems", [problem, other]);
  });

  it("are no error where there are none", () => {
    expect(() => {
      throwProblems([]);
    }).not.to.throw();
  });

  it("say key, expectation, what was found and what to do, a paragraph each", () => {
    expect(formatProblems([problem])).to.equal(
      "1 problem; nothing was built or changed.\n" +
        "  morgan:gatewayPort\n    expected: a port\n    found:    nothing\n    fix:      set it",
    );
    expect(formatProblems([problem, problem])).to.match(/^2 problems; nothing was built or changed\.\n/);
  });
});

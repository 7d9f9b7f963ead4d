import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { describe as paragraphs, MorganError, throwProblems } from "../../../components/lib/errors.ts";

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

  it("are no error if there are none", () => {
    expect(() => {
      throwProblems([]);
    }).not.to.throw();
  });

  it("have key, expectation, finding and fix in a paragraph each", () => {
    expect(paragraphs([problem])).to.equal(
      "1 problem; nothing was built or changed.\n" +
        "  morgan:gatewayPort\n    expected: a port\n    found:    nothing\n    fix:      set it",
    );
    expect(paragraphs([problem, problem])).to.match(/^2 problems; nothing was built or changed\.\n/);
  });
});

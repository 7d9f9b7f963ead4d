import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { formatProblems, messageOf, MorganError, throwProblems } from "../../../components/lib/errors.ts";

const problem = { key: "morgan:gatewayPort", expected: "a port", found: "nothing", fix: "set it" };

describe("problems", () => {
  it("are thrown together, as an error that Pulumi prints without a stack trace", () => {
    const other = { ...problem, key: "morgan:registryPort" };
    expect(() => {
      throwProblems([problem, other]);
    })
      .to.throw(MorganError)
      .that.has.deep.property("problems", [problem, other]);
    expect(RunError.isInstance(new MorganError([problem]))).to.equal(true);
  });

  it("are no error if there are none", () => {
    expect(() => {
      throwProblems([]);
    }).not.to.throw();
  });

  it("have key, expectation, finding and fix in a paragraph each", () => {
    expect(formatProblems([problem])).to.equal(
      "1 problem; nothing was built or changed.\n" +
        "  morgan:gatewayPort\n    expected: a port\n    found:    nothing\n    fix:      set it",
    );
    expect(formatProblems([problem, problem])).to.match(/^2 problems; nothing was built or changed\.\n/);
  });
});

describe("the message of what was thrown", () => {
  it("is that of an error", () => {
    expect(messageOf(new TypeError("no engine"))).to.equal("no engine");
  });

  it("is the text of anything else", () => {
    expect([messageOf("no engine"), messageOf(undefined)]).to.deep.equal(["no engine", "undefined"]);
  });
});

import { expect } from "chai";
import { parseStackName } from "../../../../cli/lib/stack-name.ts";

describe("the name of a stack", () => {
  it("is the last part of any name that Pulumi takes; Pulumi gets the name as it was given", () => {
    for (const reference of ["dev", "acme/dev", "organization/morgan/dev"]) {
      expect(parseStackName(reference)).to.deep.equal({ name: "dev", reference });
    }
    expect(parseStackName("eu-1.prod_2")?.name).to.equal("eu-1.prod_2");
  });

  for (const text of ["", " ", "--refresh", "a b", "a/", "/a", "a/b/c/d", "acme/other/dev", "ä", "x".repeat(101)]) {
    it(`is not "${text.slice(0, 20)}"`, () => {
      expect(parseStackName(text)).to.equal(undefined);
    });
  }
});

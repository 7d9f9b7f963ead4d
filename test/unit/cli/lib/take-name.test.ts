import { readdirSync, readFileSync, statSync } from "node:fs";
import { expect } from "chai";
import { takeName } from "../../../../cli/lib/take-name.ts";
import { useFolder } from "../../support/project.ts";

/** A link as a file system refuses it. */
const refusing = (code: string) => (): void => {
  throw Object.assign(new Error(`${code}: link`), { code });
};

describe("the name of a complete file", () => {
  const project = useFolder();
  const files = (): string[] => readdirSync(".").sort();
  beforeEach(() => {
    for (const name of files()) project.remove(name);
    project.write("whole.partial", "whole");
  });

  for (const [where, link] of [
    ["with links", undefined],
    ["of FAT, exFAT or a network share", refusing("EPERM")],
    ["of FUSE", refusing("ENOSYS")],
    ["without the operation", refusing("EOPNOTSUPP")],
  ] as const) {
    it(`is taken on a file system ${where}`, () => {
      takeName("whole.partial", "a.dump", link);
      expect(files()).to.deep.equal(["a.dump"]);
      expect(readFileSync("a.dump", "utf8")).to.equal("whole");
    });

    it(`is not taken from another file on a file system ${where}`, () => {
      project.write("a.dump", "precious");
      expect(() => {
        takeName("whole.partial", "a.dump", link);
      }).to.throw("EEXIST");
      expect(files()).to.deep.equal(["a.dump", "whole.partial"]);
      expect(readFileSync("a.dump", "utf8")).to.equal("precious");
    });
  }

  it("is given up if the file cannot be renamed, and leaves no empty file", () => {
    expect(() => {
      takeName("missing.partial", "a.dump", refusing("EPERM"));
    }).to.throw("ENOENT");
    expect(files()).to.deep.equal(["whole.partial"]);
  });

  it("is not taken for another reason than missing links", () => {
    expect(() => {
      takeName("whole.partial", "a.dump", refusing("ENOSPC"));
    }).to.throw("ENOSPC");
    expect(files()).to.deep.equal(["whole.partial"]);
    expect(statSync("whole.partial").size).to.equal(5);
  });
});

import { expect } from "chai";
import { readArguments } from "../../../../cli/lib/arguments.ts";

const read = (line: string): ReturnType<typeof readArguments> => readArguments(line.split(" "));

describe("a command line", () => {
  it("is for dev unless another stack is named, in any of Pulumi's ways", () => {
    expect(read("up").stack).to.equal("dev");
    for (const line of ["up --stack prod", "up --stack=prod", "up -s prod", "up -s=prod", "--stack prod up"]) {
      const { command, stack, flags } = read(line);
      expect({ command, stack, flags }, line).to.deep.equal({ command: "up", stack: "prod", flags: [] });
    }
  });

  it("hands on to Pulumi what is Pulumi's, as it was written and in its order", () => {
    const flags = "--refresh --parallel 4 -p 4 -v=9 --target urn:a::b --diff=false -rf --message=a=b".split(" ");
    expect(read(`up ${flags.join(" ")}`).flags).to.deep.equal(flags);
    expect(read(`up --stack prod ${flags.join(" ")} --off`).flags).to.deep.equal(flags);
  });

  it("names a file, a release, and how outputs are printed", () => {
    expect(read("backup history.dump --stack prod")).to.include({ file: "history.dump", stack: "prod" });
    expect(read("rollback --to r0a1b2c3d")).to.deep.include({ to: "r0a1b2c3d", off: false, flags: [] });
    expect(read("rollback --off")).to.include({ to: undefined, off: true });
    expect(read("outputs --json")).to.deep.include({ json: true, flags: [] });
    expect(read("outputs")).to.include({ json: false, file: undefined });
  });
});

import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { completionScript } from "../../../../cli/lib/completion.ts";
import { COMMANDS } from "../../../../cli/lib/commands.ts";
import { useFolder } from "../../support/project.ts";

describe("the completion of command lines", () => {
  const project = useFolder();
  /** The words that bash would offer at the end of a line. */
  const offered = (line: string): string[] => {
    project.write("Pulumi.dev.yaml", "");
    project.write("Pulumi.prod.yaml", "");
    const words = line.split(" ");
    const script = `${completionScript("bash")}
COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${String(words.length - 1)}
_morgan; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script], { encoding: "utf8" })
      .split("\n")
      .filter((word) => word !== "");
  };

  it("offers the commands, the options of a command, and the stacks of the checkout", () => {
    expect(offered("morgan ")).to.deep.equal(COMMANDS.map(({ name }) => name));
    expect(offered("morgan re")).to.deep.equal(["report", "restore"]);
    expect(offered("morgan rollback --")).to.have.members(["--help", "--stack", "--to", "--off", "--yes"]);
    expect(offered("morgan up --stack ")).to.deep.equal(["dev", "prod"]);
    expect(offered("morgan up -s p")).to.deep.equal(["prod"]);
  });

  it("is there for zsh and fish too, and for no other shell", () => {
    expect(completionScript("zsh")).to.include("bashcompinit").and.include("_morgan");
    for (const { name } of COMMANDS) expect(completionScript("fish")).to.include(`-a ${name} `);
    expect(() => completionScript("tcsh")).to.throw("bash, zsh, fish");
  });
});

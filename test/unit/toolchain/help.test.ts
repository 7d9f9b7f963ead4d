import { expect } from "chai";
import { needsNodeAlone } from "../../../toolchain/lib/help.mjs";

describe("a command line that needs no toolchain", () => {
  const needs = (line: string): boolean => needsNodeAlone(line === "" ? [] : line.split(" "));

  it("prints help or a completion script", () => {
    for (const line of [
      "",
      "--help",
      "help up",
      "up -h",
      "--stack prod help",
      "completion bash",
      "destroy -s a --help",
    ])
      expect(needs(line), line).to.equal(true);
  });

  it("is none that changes or reads a stack, whatever its values are called", () => {
    for (const line of ["up --message help", "--stack help up", "-s completion up", "backup help", "backup -- -h"])
      expect(needs(line), line).to.equal(false);
  });
});

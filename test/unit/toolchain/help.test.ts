import { expect } from "chai";
import { neededSetUp, needsNodeAlone } from "../../../toolchain/lib/help.mjs";

describe("a command line that needs no toolchain", () => {
  const needs = (line: string): boolean => needsNodeAlone(line === "" ? [] : line.split(" "));

  it("prints help or a completion script, or writes a comment", () => {
    for (const line of [
      "",
      "--help",
      "help up",
      "up -h",
      "--stack prod help",
      "completion bash",
      "comment previews",
      "destroy -s a --help",
    ])
      expect(needs(line), line).to.equal(true);
  });

  it("is none that changes or reads a stack, whatever its values are called", () => {
    for (const line of ["up --message help", "--stack help up", "-s completion up", "backup help", "backup -- -h"])
      expect(needs(line), line).to.equal(false);
  });
});

describe("the part of set-up that a command line needs", () => {
  const part = (line: string, env = {}): string | undefined => neededSetUp(line.split(" "), env);

  it("is everything but the engine for a preview without the machine, and for nothing else", () => {
    expect(part("preview --stack dev --without-machine")).to.equal("client");
    expect(part("preview", { MORGAN_WITHOUT_MACHINE: "true" })).to.equal("client");
    expect(part("preview --without-machine --help")).to.equal("node");
    for (const line of ["preview", "up --without-machine", "up"]) expect(part(line), line).to.equal(undefined);
    expect(part("up", { MORGAN_WITHOUT_MACHINE: "true" })).to.equal(undefined);
  });
});

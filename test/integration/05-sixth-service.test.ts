import { execFileSync, spawnSync } from "node:child_process";
import { expect } from "chai";
import { copyRepository, removeProject } from "./support/project.ts";
import { addSixthService } from "./support/sixth-service.ts";

describe("a sixth service, added by the steps of CONTRIBUTING.md to a copy of the project", () => {
  let folder: string;
  before(() => {
    folder = copyRepository();
    addSixthService(folder);
    // A test of the imports lists the files of its repository.
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
  });
  after(() => {
    removeProject(folder);
  });

  /** Runs a program of Node in the copy, and returns its output after it has ended without errors. */
  function node(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect(status, `${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  }

  it("passes the compiler", () => {
    node("node_modules/.bin/tsc", "--project", ".");
  });

  it("passes every unit and property test", () => {
    // Two processes share the processors with each other, so a test may take longer than usual.
    const output = node("test/run.ts", "unit", "--parallel", "--timeout=60000");
    expect(output).to.match(/^[1-9]\d{2,} passed, 0 failed$/m);
    expect(output).to.contain("wake in the shipped catalog");
  });
});

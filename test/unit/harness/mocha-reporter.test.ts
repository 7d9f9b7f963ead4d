import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { programOf } from "../../harness/tools.ts";
import { useFolder } from "../support/project.ts";

describe("the counts of a test run", () => {
  const program = resolve(programOf("mocha"));
  const reporter = resolve("test/harness/mocha-reporter.ts");
  const project = useFolder();
  const counts = async (file: string, ...options: readonly string[]): Promise<unknown> => {
    project.write("some.test.mjs", file);
    const report = ["--reporter", reporter, "--reporter-option", "report=counts.json"];
    const mocha = spawn(process.execPath, [program, "some.test.mjs", ...report, ...options], {
      stdio: "ignore",
    });
    await once(mocha, "close");
    return JSON.parse(readFileSync("counts.json", "utf8"));
  };

  it("are those of the tests that passed and failed", async () => {
    const tests = `it("a", () => {});\nit("b", () => {});\nit("c", () => { throw new Error("no"); });\n`;
    expect(await counts(tests)).to.deep.equal({ passed: 2, failed: 1 });
  });

  it("are those of the chosen tests only, and pending tests count as neither", async () => {
    const tests = `it("a", () => {});\nit("also a");\nit("c", () => { throw new Error("no"); });\n`;
    expect(await counts(tests, "--grep", "a")).to.deep.equal({ passed: 1, failed: 0 });
  });

  it("have a failure if a signal ended the run before its last test", async () => {
    const tests = `it("a", () => { process.emit("SIGHUP", "SIGHUP"); });\nit("b", () => {});\n`;
    expect(await counts(tests)).to.deep.equal({ passed: 1, failed: 1 });
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { programOf } from "../../harness/tools.ts";
import { useFolder } from "../support/project.ts";

describe("the counts of a test run", () => {
  const program = resolve(programOf("mocha"));
  const reporter = resolve("test/harness/mocha-reporter.ts");
  const project = useFolder();
  const runMocha = async (file: string, ...options: readonly string[]): Promise<string> => {
    project.write("some.test.mjs", file);
    const report = ["--reporter", reporter, "--reporter-option", "report=counts.json"];
    const mocha = spawn(process.execPath, [program, "some.test.mjs", ...report, ...options], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [printed] = await Promise.all([text(mocha.stdout), once(mocha, "close")]);
    return printed;
  };
  const counts = async (file: string, ...options: readonly string[]): Promise<unknown> => {
    await runMocha(file, ...options);
    return JSON.parse(readFileSync("counts.json", "utf8"));
  };

  it("are those of the tests that passed and failed", async () => {
    const tests = `it("a", () => {});\nit("b", () => {});\nit("c", () => { throw new Error("no"); });\n`;
    expect(await counts(tests)).to.deep.equal({ passed: 2, failed: 1 });
  });

  it("follow the names of the tests and hooks that failed, each with the first line of its reason", async () => {
    const fail = `() => { throw new Error("no\\nmore"); }`;
    const printed = await runMocha(
      `describe("a", () => { it("b", ${fail}); after("c", ${fail}); it("d", () => {}); });`,
    );
    expect(printed.trimEnd().split("\n").slice(-2)).to.deep.equal([
      "failed: a b: Error: no",
      'failed: a "after all" hook: c for "d": Error: no',
    ]);
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

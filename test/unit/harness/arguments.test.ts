import { expect } from "chai";
import { readArguments } from "../../harness/arguments.ts";
import { selectFiles } from "../../harness/test-files.ts";

describe("the arguments of the test runner", () => {
  const read = (...args: readonly string[]) =>
    readArguments(args, ["lint", "unit", "integration"], ["unit", "integration"]);
  const whole = { files: [], options: [], watch: false };

  it("name the suites to run, or none for all", () => {
    expect(read("unit", "lint").map(({ suite }) => suite)).to.deep.equal(["unit", "lint"]);
    expect(read().map(({ suite }) => suite)).to.deep.equal(["lint", "unit", "integration"]);
  });

  it("narrow the last suite to files, and leave the suites before it whole", () => {
    expect(read("unit", "integration", "40", "demo")).to.deep.equal([
      { ...whole, suite: "unit" },
      { ...whole, suite: "integration", files: ["40", "demo"] },
    ]);
  });

  it("go to mocha with their values, which are no files", () => {
    expect(read("unit", "demo", "-g", "a text", "--bail", "--timeout=5", "gaps", "--retries", "2")).to.deep.equal([
      {
        suite: "unit",
        files: ["demo", "gaps"],
        options: ["-g", "a text", "--bail", "--timeout=5", "--retries", "2"],
        watch: false,
      },
    ]);
  });

  for (const flag of ["--watch", "-w"]) {
    it(`run the tests again after a change with ${flag}, and keep that flag from mocha`, () => {
      expect(read("unit", flag, "demo")).to.deep.equal([{ suite: "unit", files: ["demo"], options: [], watch: true }]);
    });
  }

  it("are refused if the suite is unknown, or takes no arguments", () => {
    expect(() => read("40")).to.throw('There is no suite "40". Name one of lint, unit, integration');
    expect(() => read("-g", "text")).to.throw('There is no suite "-g"');
    expect(() => read("lint", "--fix")).to.throw('The suite "lint" takes no arguments, but got: --fix');
  });
});

describe("the names of test files", () => {
  const files = [
    "test/a/4-gaps.test.ts",
    "test/a/40-settle.test.ts",
    "test/a/45-settled.test.ts",
    "test/b/settle.test.ts",
  ];

  it("are numbers, whole names, parts of paths, or paths", () => {
    expect(selectFiles(files, ["4"])).to.deep.equal(["test/a/4-gaps.test.ts"]);
    expect(selectFiles(files, ["settle"])).to.deep.equal(["test/b/settle.test.ts"]);
    expect(selectFiles(files, ["settled"])).to.deep.equal(["test/a/45-settled.test.ts"]);
    expect(selectFiles(files, ["test/a/"])).to.deep.equal(files.slice(0, 3));
    expect(selectFiles(files, ["./test/a/40-settle.test.ts"])).to.deep.equal(["test/a/40-settle.test.ts"]);
  });

  it("keep the order in which files run, and run no file twice", () => {
    expect(selectFiles(files, ["45", "4", "gaps"])).to.deep.equal([
      "test/a/4-gaps.test.ts",
      "test/a/45-settled.test.ts",
    ]);
  });

  it("are listed if a name fits no file", () => {
    expect(() => selectFiles(files, ["4", "5"])).to.throw(
      'No test file has the path, the number or the name "5". There are:\n  4-gaps\n  40-settle\n  45-settled\n  settle',
    );
  });
});

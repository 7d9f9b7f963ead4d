import { expect } from "chai";
import { parseJUnit, parseMocha, finalTotals, sum, summary, verdict } from "../../harness/results.ts";

describe("test results", () => {
  it("are the sum of all suites, in one line", () => {
    const total = sum([
      { passed: 2, failed: 1 },
      { passed: 3, failed: 0 },
    ]);
    expect(summary(total)).to.equal("5 passed, 1 failed");
    expect(summary(sum([]))).to.equal("0 passed, 0 failed");
  });

  it("count a tool by its exit code", () => {
    expect(verdict(0)).to.deep.equal({ passed: 1, failed: 0 });
    expect(verdict(2)).to.deep.equal({ passed: 0, failed: 1 });
  });

  describe("a suite has failed", () => {
    it("if it ran no test", () => {
      expect(finalTotals({ passed: 0, failed: 0 }, 0)).to.deep.equal({ passed: 0, failed: 1 });
    });
    it("if it left no report", () => {
      expect(finalTotals(undefined, 0)).to.deep.equal({ passed: 0, failed: 1 });
    });
    it("if it crashed after its tests passed", () => {
      expect(finalTotals({ passed: 4, failed: 0 }, 137)).to.deep.equal({ passed: 4, failed: 1 });
    });
    it("with its own count otherwise", () => {
      expect(finalTotals({ passed: 4, failed: 2 }, 2)).to.deep.equal({ passed: 4, failed: 2 });
      expect(finalTotals({ passed: 4, failed: 0 }, 0)).to.deep.equal({ passed: 4, failed: 0 });
    });
  });

  describe("mocha's report", () => {
    it("is read", () => {
      expect(parseMocha('{"passed":7,"failed":1}')).to.deep.equal({ passed: 7, failed: 1 });
    });
    for (const broken of ["", "{", "null", "[]", '{"passed":7}', '{"passed":"7","failed":0}']) {
      it(`is no report if it is ${JSON.stringify(broken)}`, () => {
        expect(parseMocha(broken)).to.equal(undefined);
      });
    }
  });

  describe("pytest's report", () => {
    const report = (counts: string, body = ""): string =>
      `<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" ${counts}>${body}</testsuite></testsuites>`;

    it("is read, skipped tests left out", () => {
      const text = report('errors="1" failures="2" skipped="3" tests="10" time="0.1"');
      expect(parseJUnit(text)).to.deep.equal({ passed: 4, failed: 3 });
    });
    it("never counts below zero", () => {
      expect(parseJUnit(report('errors="1" failures="1" skipped="0" tests="1"'))).to.deep.equal({
        passed: 0,
        failed: 2,
      });
    });
    it("is read correctly if a test printed a similar report", () => {
      const text = report(
        'errors="0" failures="0" skipped="0" tests="1"',
        '<system-out>&lt;testsuite tests="9"&gt;</system-out>',
      );
      expect(parseJUnit(text)).to.deep.equal({ passed: 1, failed: 0 });
    });
    it("is no report if it is empty", () => {
      expect(parseJUnit("")).to.equal(undefined);
    });
  });
});

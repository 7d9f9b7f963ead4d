import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { STOP_SIGNALS } from "../../cli/lib/signals.ts";
import type { Totals } from "./results.ts";

/** The time in milliseconds after which a hook counts as slow. */
const QUIET = 5000;

/**
 * The spec reporter, which also prints the time of slow hooks, names the tests that failed at the end, where the tail
 * of a long log shows them, and writes the counts to the file that `report` names.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { report } = options.reporterOptions as { readonly report: string };
    runner.on("hook end", ({ title, duration = 0 }) => {
      if (duration > QUIET) console.log(`    (${title}: ${String(duration)}ms)`);
    });
    const lines: string[] = [];
    runner.on("fail", (test: Mocha.Runnable, error: unknown) => {
      lines.push(`failed: ${test.fullTitle()}: ${String(error).split("\n")[0] ?? ""}`);
    });
    runner.once("end", () => {
      for (const line of lines) console.log(line);
      const { passes, failures, tests } = this.stats;
      // A run that was aborted has failed, even if every test until then passed.
      const isCutShort = failures === 0 && tests < runner.total;
      if (isCutShort) console.error(`the run ended after ${String(tests)} of ${String(runner.total)} tests`);
      const totals: Totals = { passed: passes, failed: failures + (isCutShort ? 1 : 0) };
      writeFileSync(report, JSON.stringify(totals));
    });
    // Without this an interrupted run ends before its `after` hooks, which remove stacks and folders.
    for (const signal of STOP_SIGNALS) {
      process.once(signal, () => {
        runner.abort();
      });
    }
  }
}

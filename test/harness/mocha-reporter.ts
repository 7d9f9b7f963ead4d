import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { stopSignals } from "./process.ts";
import type { Totals } from "./results.ts";

/** How long a hook may take without being told, in milliseconds. */
const QUIET = 5000;

/** The spec reporter, which also tells the time of slow hooks, and writes the counts to the file that `report` names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { report } = options.reporterOptions as { readonly report: string };
    runner.on("hook end", ({ title, duration = 0 }) => {
      if (duration > QUIET) console.log(`    (${title}: ${String(duration)}ms)`);
    });
    runner.once("end", () => {
      const totals: Totals = { passed: this.stats.passes, failed: this.stats.failures };
      writeFileSync(report, JSON.stringify(totals));
    });
    // Without this an interrupted run ends at once, and what its `after` hooks would remove stays.
    for (const signal of stopSignals) {
      process.once(signal, () => {
        runner.abort();
      });
    }
  }
}

import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { stopSignals } from "./process.ts";
import type { Totals } from "./results.ts";

/** The spec reporter, which also writes the counts to the file that the option `report` names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { report } = options.reporterOptions as { readonly report: string };
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

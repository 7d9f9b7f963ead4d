import { readArguments } from "./harness/arguments.ts";
import type { Part } from "./harness/arguments.ts";
import { exitCodeOf } from "../cli/lib/signals.ts";
import { endChildrenOnSignal, stopSignal } from "./harness/process.ts";
import { sum, summary } from "./harness/results.ts";
import type { Totals } from "./harness/results.ts";
import { mochaSuites, suiteNames, suites } from "./harness/suites.ts";
import type { SuiteName } from "./harness/suites.ts";

/** Runs the suites that the command line names, or all suites. The last line of the output is `N passed, N failed`. */
async function main(args: readonly string[]): Promise<void> {
  process.chdir(`${import.meta.dirname}/..`);
  endChildrenOnSignal();
  const totals: Totals[] = [];
  try {
    for (const part of readArguments(args, suiteNames, mochaSuites)) {
      if (stopSignal() === undefined) totals.push(await runSuite(part));
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    totals.push({ passed: 0, failed: 1 });
  }
  const signal = stopSignal();
  // A run that a signal ended has failed, even if all tests until then passed.
  const total = sum(signal === undefined ? totals : [...totals, { passed: 0, failed: 1 }]);
  process.exitCode = signal !== undefined ? exitCodeOf(signal) : total.failed > 0 ? 1 : 0;
  console.log(`\n${summary(total)}`);
}

async function runSuite(part: Part<SuiteName>): Promise<Totals> {
  console.log(`\n== ${part.suite}`);
  const start = performance.now();
  const totals = await suites[part.suite](part);
  console.log(`== ${part.suite}: ${summary(totals)} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return totals;
}

await main(process.argv.slice(2));

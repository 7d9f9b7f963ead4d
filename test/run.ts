import { endChildrenOnSignal, exitCodeOf, stopSignal } from "./harness/process.ts";
import { sum, summary } from "./harness/results.ts";
import type { Totals } from "./harness/results.ts";
import { suites } from "./harness/suites.ts";
import type { SuiteName } from "./harness/suites.ts";

/** Runs the suites named on the command line, or all. The last line it prints is `N passed, N failed`. */
async function main(names: readonly string[]): Promise<void> {
  process.chdir(`${import.meta.dirname}/..`);
  endChildrenOnSignal();
  const totals: Totals[] = [];
  for (const name of names.length > 0 ? names : Object.keys(suites)) {
    if (stopSignal() === undefined) totals.push(await runSuite(name));
  }
  const signal = stopSignal();
  // A run that was told to end has failed, even if what it had run until then passed.
  const total = sum(signal === undefined ? totals : [...totals, { passed: 0, failed: 1 }]);
  process.exitCode = signal !== undefined ? exitCodeOf(signal) : total.failed > 0 ? 1 : 0;
  console.log(`\n${summary(total)}`);
}

async function runSuite(name: string): Promise<Totals> {
  if (!isSuite(name)) {
    console.error(`There is no suite "${name}". Name one of ${Object.keys(suites).join(", ")}, or none to run all.`);
    return { passed: 0, failed: 1 };
  }
  console.log(`\n== ${name}`);
  const start = performance.now();
  const totals = await suites[name]();
  console.log(`== ${name}: ${summary(totals)} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return totals;
}

function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(suites, name);
}

await main(process.argv.slice(2));

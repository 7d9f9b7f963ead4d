/** The numbers of tests of a suite, or of all suites, that passed and failed. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** Returns the counts in the report of a test tool, or undefined if the report is broken. */
export type ReportParser = (report: string) => Totals | undefined;

export function sum(totals: readonly Totals[]): Totals {
  return totals.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  });
}

/** Returns the last line of the output, which a program can parse. */
export function summary({ passed, failed }: Totals): string {
  return `${passed} passed, ${failed} failed`;
}

/** Counts a tool that passes or fails as one test. */
export function verdict(exitCode: number): Totals {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Returns the result of a suite. A suite that crashed, or that ran no test, has failed whatever its report contains.
 */
export function finalTotals(counted: Totals | undefined, exitCode: number): Totals {
  const totals = counted ?? { passed: 0, failed: 0 };
  const ranNothing = totals.passed + totals.failed === 0;
  const failedUnseen = exitCode !== 0 && totals.failed === 0;
  return ranNothing || failedUnseen ? { ...totals, failed: totals.failed + 1 } : totals;
}

export const parseMocha: ReportParser = (report) => {
  const { passed, failed } = parseObject(report);
  return isCount(passed) && isCount(failed) ? { passed, failed } : undefined;
};

/** Reads the counts of a JUnit report, which pytest writes, from the head of each of its suites. */
export const parseJUnit: ReportParser = (report) => {
  const suites = [...report.matchAll(/<testsuite\s[^>]*>/g)].map(([head]) => {
    const count = (name: string): number => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    // A test that passed and then failed in its teardown is one test, but two results.
    return { passed: Math.max(0, count("tests") - failed - count("skipped")), failed };
  });
  return suites.length > 0 ? sum(suites) : undefined;
};

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value);
}

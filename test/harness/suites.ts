import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Part } from "./arguments.ts";
import { run } from "./process.ts";
import { cacheDir, python } from "./python.ts";
import { finalTotals, parseJUnit, parseMocha, sum, verdict } from "./results.ts";
import type { ReportParser, Totals } from "./results.ts";
import { selectFiles, testFiles } from "./test-files.ts";
import { actionlint, mypy, orFailure, programOf, ruff, tool } from "./tools.ts";

/** The suites, in the order of a full run: the suite that fails fastest comes first. */
export const suites = { lint, unit, services, integration } as const satisfies Record<
  string,
  (part: Part<string>) => Promise<Totals>
>;

export type SuiteName = keyof typeof suites;

export const suiteNames = Object.keys(suites) as SuiteName[];

/** The suites that run test files of mocha, and take names of files and options. */
export const mochaSuites: readonly SuiteName[] = ["unit", "integration"];

async function lint(): Promise<Totals> {
  const checks = [
    () => tool("prettier", "--check", "."),
    () => tool("eslint", "--max-warnings", "0", "."),
    () => tool("tsc", "--project", "."),
    () => ruff("check"),
    () => ruff("format", "--check"),
    mypy,
    actionlint,
  ];
  const totals: Totals[] = [];
  for (const check of checks) totals.push(verdict(await orFailure(check)));
  return sum(totals);
}

function unit(part: Part<string>): Promise<Totals> {
  return mocha("test/{unit,property}/**/*.test.ts", part);
}

function integration(part: Part<string>): Promise<Totals> {
  return mocha("test/integration/**/*.test.ts", part, "--timeout", "1800000");
}

async function services(): Promise<Totals> {
  return withReport(parseJUnit, async (report) => {
    const { fetchRecording } = await import("../../cli/lib/recording.ts");
    const recording = await fetchRecording(cacheDir);
    return run(await python(), ["-m", "pytest", "services", "test/python", `--junitxml=${report}`], {
      MORGAN_RECORDING: recording,
    });
  });
}

async function mocha(glob: string, part: Part<string>, ...defaults: readonly string[]): Promise<Totals> {
  const files = part.files.length === 0 ? [glob] : selectFiles(testFiles(glob), part.files);
  // Mocha 12.0.3 finds no test when its own --watch loads an ES module a second time. Node restarts the whole program.
  const watch = part.watch ? ["--watch", "--watch-preserve-output"] : [];
  return withReport(parseMocha, (report) => {
    const reporter = ["--reporter", "test/harness/mocha-reporter.ts", "--reporter-option", `report=${report}`];
    return run(process.execPath, [
      ...watch,
      programOf("mocha"),
      ...files,
      "--forbid-only",
      ...reporter,
      ...defaults,
      ...part.options,
    ]);
  });
}

/** Runs a test tool that writes its counts to a report, and returns the counts. */
async function withReport(parse: ReportParser, execute: (report: string) => Promise<number>): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-"));
  const report = join(folder, "report");
  try {
    const exitCode = await orFailure(() => execute(report));
    return finalTotals(existsSync(report) ? parse(readFileSync(report, "utf8")) : undefined, exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

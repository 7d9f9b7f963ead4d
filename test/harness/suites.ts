import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./process.ts";
import { cacheDir, python } from "./python.ts";
import { parseJUnit, parseMocha, settle, sum, verdict } from "./results.ts";
import type { ReportParser, Totals } from "./results.ts";

/** The suites, in the order in which a full run takes them: what fails fastest comes first. */
export const suites = { lint, unit, services, integration } as const satisfies Record<string, () => Promise<Totals>>;

export type SuiteName = keyof typeof suites;

async function lint(): Promise<Totals> {
  const checks: (() => Promise<number>)[] = [
    () => tool("prettier", "--check", "."),
    () => tool("eslint", "--max-warnings", "0", "."),
    () => tool("tsc", "--project", "."),
    async () => run(await python(), ["-m", "ruff", "check", "services", "components", "test/python"]),
    async () => run(await python(), ["-m", "ruff", "format", "--check", "services", "components", "test/python"]),
  ];
  const totals: Totals[] = [];
  for (const check of checks) totals.push(verdict(await orFailure(check)));
  return sum(totals);
}

function unit(): Promise<Totals> {
  return mocha("test/{unit,property}/**/*.test.ts");
}

function integration(): Promise<Totals> {
  return mocha("test/integration/**/*.test.ts", "--timeout", "1800000");
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

function mocha(specs: string, ...options: readonly string[]): Promise<Totals> {
  const reporter = ["--reporter", "test/harness/mocha-reporter.ts", "--reporter-option"];
  return withReport(parseMocha, (report) =>
    tool("mocha", specs, "--forbid-only", ...reporter, `report=${report}`, ...options),
  );
}

/** Runs a test tool that writes its counts to a report, and reads them back. */
async function withReport(parse: ReportParser, execute: (report: string) => Promise<number>): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-"));
  const report = join(folder, "report");
  try {
    const exitCode = await orFailure(() => execute(report));
    return settle(existsSync(report) ? parse(readFileSync(report, "utf8")) : undefined, exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function orFailure(execute: () => Promise<number>): Promise<number> {
  try {
    return await execute();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/** Runs a tool of node_modules by this very Node. */
function tool(name: string, ...args: readonly string[]): Promise<number> {
  return run(process.execPath, [join("node_modules", ".bin", name), ...args]);
}

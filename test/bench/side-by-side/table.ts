import { median } from "../lib/figures.ts";

/** One run of one tool in one scenario. */
export interface Measurement {
  /** Seconds until the command ended. A tool that deploys waits until the new containers are healthy. */
  readonly seconds: number;
  /** Seconds of the push that the command leaves out; undefined if the command pushes. */
  readonly pushSeconds: number | undefined;
  /** RUN instructions that the builder executed. */
  readonly installSteps: number;
  /** The number of blobs that were uploaded, with the push. */
  readonly uploads: number;
  /** Bytes of these blobs. */
  readonly bytes: number;
}

/** Measurements by tool, then by scenario, in the order of the rounds. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, readonly Measurement[]>>;

/**
 * Returns two tables. The first has medians in seconds, and the ratio of the first tool to each other tool. The second
 * has the largest counts of all rounds. `name +push` adds the push that a tool's `up` leaves out.
 */
export function describeResults(results: Results): string {
  const scenarios = [...new Set([...results.values()].flatMap((byScenario) => [...byScenario.keys()]))];
  const columns = [...results].flatMap(([way, byScenario]) => columnsOf(way, byScenario));
  const [first] = columns;
  const times = scenarios.map((scenario) => [
    scenario,
    ...columns.map((column) => {
      const value = column.seconds.get(scenario);
      const own = first?.seconds.get(scenario);
      if (value === undefined) return "-";
      return column === first || own === undefined ? seconds(value) : `${seconds(value)}  ${(own / value).toFixed(2)}`;
    }),
  ]);
  const counts = scenarios.map((scenario) => [
    scenario,
    ...[...results.values()].map((byScenario) => describeCounts(byScenario.get(scenario) ?? [])),
  ]);
  return [
    "seconds, and what part of them the first column takes",
    grid([["", ...columns.map(({ name }) => name)], ...times]),
    "",
    "RUN steps executed, blobs uploaded",
    grid([["", ...results.keys()], ...counts]),
  ].join("\n");
}

interface Column {
  readonly name: string;
  /** Median by scenario. */
  readonly seconds: ReadonlyMap<string, number>;
}

function columnsOf(way: string, byScenario: ReadonlyMap<string, readonly Measurement[]>): Column[] {
  const column = (name: string, value: (measurement: Measurement) => number): Column => ({
    name,
    seconds: new Map([...byScenario].map(([scenario, runs]) => [scenario, median(runs.map(value))])),
  });
  const pushes = [...byScenario.values()].flat().some(({ pushSeconds }) => pushSeconds !== undefined);
  return [
    column(way, (run) => run.seconds),
    ...(pushes ? [column(`${way} +push`, (run) => run.seconds + (run.pushSeconds ?? 0))] : []),
  ];
}

function describeCounts(runs: readonly Measurement[]): string {
  if (runs.length === 0) return "-";
  const most = (value: (run: Measurement) => number): number => Math.max(...runs.map(value));
  const megabytes = most(({ bytes }) => bytes) / 1e6;
  return `${String(most((run) => run.installSteps))} RUN, ${String(most((run) => run.uploads))} (${megabytes.toFixed(2)} MB)`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

/** Returns rows as a Markdown table. */
function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

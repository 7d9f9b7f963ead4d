import { median } from "../lib/figures.ts";

/** One run of one way in one scenario. */
export interface Measurement {
  /** Until the command ended; for a way that deploys, until the new containers were healthy. */
  readonly seconds: number;
  /** Of a push that the command leaves out, in seconds; undefined where it pushes by itself. */
  readonly pushSeconds: number | undefined;
  /** RUN instructions that the builder executed. */
  readonly installSteps: number;
  /** Blobs that were sent to the registry, the push included. */
  readonly uploads: number;
  /** Bytes of these blobs. */
  readonly bytes: number;
}

/** Measurements by way, then by scenario, each in the order of the rounds. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, readonly Measurement[]>>;

/**
 * Medians in seconds with the ratio of the first way to each other one, and what was counted: of the rounds, the most.
 * `name +push` adds the push that a tool's deployment leaves out and this project's does not.
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

/** Rows as a table of Markdown, so that it can be put into a page as it is. */
function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

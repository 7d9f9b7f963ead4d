/** What was measured of one thing. */
export interface Figure {
  readonly name: string;
  /** Every run, in seconds, in the order of the runs. */
  readonly seconds: readonly number[];
  /** What was counted beside the time. */
  readonly note?: string;
}

/** Figures as a table: median, all runs, what was counted. */
export function describeFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .map(({ name, seconds, note }) => {
      const all = seconds.length > 1 ? `  (${seconds.map((value) => value.toFixed(2)).join(", ")})` : "";
      return `${name.padEnd(width)}  ${median(seconds).toFixed(2).padStart(7)} s${all}${note === undefined ? "" : `  ${note}`}`;
    })
    .join("\n");
}

/** The middle value; the mean of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The times of a run that was repeated. */
export interface Figure {
  readonly name: string;
  /** Seconds of each run, in the order of the runs. */
  readonly seconds: readonly number[];
  /** Other results of the run. */
  readonly note?: string;
}

/** Returns figures as a table: median, all runs, note. */
export function describeFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .map(({ name, seconds, note }) => {
      const all = seconds.length > 1 ? `  (${seconds.map((value) => value.toFixed(2)).join(", ")})` : "";
      return `${name.padEnd(width)}  ${median(seconds).toFixed(2).padStart(7)} s${all}${note === undefined ? "" : `  ${note}`}`;
    })
    .join("\n");
}

/** Returns the median: the middle value, or the mean of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

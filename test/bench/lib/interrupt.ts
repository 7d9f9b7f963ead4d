let interrupted = false;

/** Has a benchmark that is told to end do so between two runs, so that what it made is removed as after any error. */
export function endBetweenRuns(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (!interrupted) console.error("ending after the run that is under way, to remove what was made");
      interrupted = true;
    });
  }
}

/** Stands between two runs. @throws Error where the benchmark was told to end. */
export function throwIfInterrupted(): void {
  if (interrupted) throw new Error("the benchmark was interrupted");
}

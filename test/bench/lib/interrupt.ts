let interrupted = false;

/** Ends a benchmark between two runs after a signal, so that its stacks are removed as after any error. */
export function endBetweenRuns(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (!interrupted) console.error("ending after the current run, to remove what the benchmark created");
      interrupted = true;
    });
  }
}

/** Has to be called between two runs. @throws Error if a signal ended the benchmark. */
export function throwIfInterrupted(): void {
  if (interrupted) throw new Error("the benchmark was interrupted");
}

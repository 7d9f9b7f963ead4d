/** One wrong input, described so that the reader can put it right without looking elsewhere. */
export interface Problem {
  /** The wrong input: a configuration key (`morgan:gatewayPort`), a file, or a part of the machine. */
  readonly key: string;
  /** The input that would have been right. */
  readonly expected: string;
  /** The input that was there instead. */
  readonly found: string;
  /** The action that puts it right. */
  readonly fix: string;
  /** True if only a run that builds images needs the input; another run warns of it. Default: every run needs it. */
  readonly buildsOnly?: true;
}

/** An error whose message is written for a person. Pulumi and the command line print it without a stack trace. */
export class MorganError extends Error {
  /**
   * Mark of Pulumi 3.270's RunError. The class itself would load all of Pulumi into each command and the readiness
   * gate.
   */
  readonly __pulumiRunError = true;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], outcome?: string) {
    const text = formatProblems(problems, outcome);
    super(text);
    this.problems = problems;
    // Pulumi 3.270 puts the name of every property that it was serializing before the message.
    Object.defineProperty(this, "message", { get: () => text, set: () => undefined });
  }
}

/** Throws one MorganError with all the problems; returns if there are none. */
export function throwProblems(problems: readonly Problem[], outcome?: string): void {
  if (problems.length > 0) throw new MorganError(problems, outcome);
}

/** Formats problems as text: their number and the outcome in the first line, then a paragraph for each problem. */
export function formatProblems(problems: readonly Problem[], outcome = "nothing was built or changed"): string {
  const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
  const lines = problems.map(
    (p) => `  ${p.key}\n    expected: ${p.expected}\n    found:    ${p.found}\n    fix:      ${p.fix}`,
  );
  return `${count}; ${outcome}.\n${lines.join("\n")}`;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

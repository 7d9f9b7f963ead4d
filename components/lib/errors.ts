import { RunError } from "@pulumi/pulumi";

/** One thing that is wrong with the input, said so that the reader can put it right without looking elsewhere. */
export interface Problem {
  /** What is wrong: a configuration key (`morgan:gatewayPort`), a file, or a part of the machine. */
  readonly key: string;
  /** What would have been right. */
  readonly expected: string;
  /** What was there instead. */
  readonly found: string;
  /** What to do. */
  readonly fix: string;
}

/** An error whose message is written for a person: Pulumi prints it without a stack trace. */
export class MorganError extends RunError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], outcome?: string) {
    const text = describe(problems, outcome);
    super(text);
    this.problems = problems;
    // Pulumi writes into it the name of every property on whose way it met the error: "error serializing property …".
    Object.defineProperty(this, "message", { get: () => text, set: () => undefined });
  }
}

/** Throws one MorganError that holds all the problems; returns where there are none. */
export function throwProblems(problems: readonly Problem[], outcome?: string): void {
  if (problems.length > 0) throw new MorganError(problems, outcome);
}

/** The text of a list of problems, one paragraph each, after what they led to. */
export function describe(problems: readonly Problem[], outcome = "nothing was built or changed"): string {
  const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
  const lines = problems.map(
    (p) => `  ${p.key}\n    expected: ${p.expected}\n    found:    ${p.found}\n    fix:      ${p.fix}`,
  );
  return `${count}; ${outcome}.\n${lines.join("\n")}`;
}

import { parseArgs } from "node:util";

/** A part of a run: a suite, and the arguments that narrow the suite. */
export interface Part<Suite extends string> {
  readonly suite: Suite;
  /** Paths, numbers or parts of names of the test files to run. None stands for all files of the suite. */
  readonly files: readonly string[];
  /** Options for mocha. */
  readonly options: readonly string[];
  /** True if the tests run again after each change of a file. */
  readonly watch: boolean;
}

/** Mocha's options that take a value from the next argument. Any other value has to follow an `=`. */
const OPTIONS = {
  grep: { type: "string", short: "g" },
  fgrep: { type: "string", short: "f" },
  timeout: { type: "string", short: "t" },
  slow: { type: "string", short: "s" },
  retries: { type: "string" },
  watch: { type: "boolean", short: "w" },
} as const;

/**
 * Reads a command line: names of suites, or none for all of `suites`, then arguments for the last suite that is named.
 *
 * @throws Error if a suite is unknown, or takes no arguments and gets some.
 */
export function readArguments<Suite extends string>(
  args: readonly string[],
  suites: readonly Suite[],
  withFiles: readonly Suite[],
): Part<Suite>[] {
  const isSuite = (text: string | undefined): text is Suite => suites.some((suite) => suite === text);
  const end = args.findIndex((argument) => !isSuite(argument));
  const named = (end < 0 ? args : args.slice(0, end)).filter(isSuite);
  const rest = end < 0 ? [] : args.slice(end);
  const last = named.at(-1);
  if (last === undefined && rest.length > 0) {
    throw new Error(`There is no suite "${rest[0] ?? ""}". Name one of ${suites.join(", ")}, or none to run all.`);
  }
  if (last !== undefined && rest.length > 0 && !withFiles.includes(last)) {
    throw new Error(`The suite "${last}" takes no arguments, but got: ${rest.join(" ")}`);
  }
  const whole = (named.length > 0 ? named : suites).map((suite) => ({ suite, files: [], options: [], watch: false }));
  return last === undefined ? whole : [...whole.slice(0, -1), { suite: last, ...readTestArguments(rest) }];
}

function readTestArguments(args: readonly string[]): Omit<Part<string>, "suite"> {
  const parsed = parseArgs({ args: [...args], options: OPTIONS, strict: false, allowPositionals: true, tokens: true });
  const taken = parsed.tokens.filter((token) => token.kind !== "option" || token.name === "watch");
  const own = new Set(taken.map(({ index }) => index));
  return {
    files: parsed.positionals,
    options: args.filter((_, index) => !own.has(index)),
    watch: parsed.values.watch === true,
  };
}

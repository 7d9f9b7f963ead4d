// The messages and errors of set-up.

/** A problem that the person at the terminal can solve, so its message comes without a stack trace. */
export class SetupError extends Error {}

/** @param {string} text */
export function print(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/**
 * Returns the error for a thing that the machine lacks and that set-up cannot install.
 * @param {string} what
 */
export function missing(what) {
  return new SetupError(`missing: ${what}`);
}

/**
 * Returns a message with every problem, so that one request to an administrator is enough.
 * @param {string[]} problems
 */
export function failure(problems) {
  return ["setup: cannot go on", ...problems.map((problem) => `  - ${problem.replaceAll("\n", "\n    ")}`)].join("\n");
}

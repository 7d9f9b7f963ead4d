// What set-up says, and how it fails.

/** A problem that the person at the terminal can solve: shown without a stack trace. */
export class SetupError extends Error {}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/**
 * Something that the machine lacks and set-up cannot bring.
 * @param {string} what
 */
export function missing(what) {
  return new SetupError(`missing: ${what}`);
}

/**
 * Reports every problem at once: someone who has to ask an administrator asks once.
 * @param {string[]} problems
 */
export function failure(problems) {
  return ["setup: cannot go on", ...problems.map((problem) => `  - ${problem.replaceAll("\n", "\n    ")}`)].join("\n");
}

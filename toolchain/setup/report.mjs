// What set-up says, and how it fails.

/** A problem that the person at the terminal can solve: shown without a stack trace. */
export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Reports every problem at once: someone who has to ask an administrator asks once. */
export function failure(problems) {
  if (problems.length === 1) return `setup: ${problems[0]}`;
  return ["setup: this machine lacks:", ...problems.map((problem) => `  - ${problem.replaceAll("\n", "\n    ")}`)].join("\n");
}

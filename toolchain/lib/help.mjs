// The command lines that need no toolchain and no engine.

/**
 * Returns true if a command line prints help or a completion script, and does nothing else.
 * @param {readonly string[]} args
 */
export function needsNodeAlone(args) {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  if (before.some((arg) => arg === "-h" || arg === "--help")) return true;
  const command = before.find(
    (arg, index) => !arg.startsWith("-") && !["--stack", "-s"].includes(before[index - 1] ?? ""),
  );
  return command === undefined || ["help", "completion"].includes(command);
}

// The command lines that need no toolchain, or no engine.
import { setting } from "./paths.mjs";

/**
 * Returns the part of set-up that a command line needs; undefined for all of it. A preview without the machine needs no
 * engine.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {"node" | "client" | undefined}
 */
export function neededSetUp(args, env) {
  if (needsNodeAlone(args)) return "node";
  const isPreview = args.includes("preview");
  const hasNone = args.includes("--without-machine") || setting(env, "MORGAN_WITHOUT_MACHINE") === "true";
  return isPreview && hasNone ? "client" : undefined;
}

/**
 * Returns true if a command line prints help or a completion script, or writes a comment, and does nothing else.
 * @param {readonly string[]} args
 */
export function needsNodeAlone(args) {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  if (before.some((arg) => arg === "-h" || arg === "--help")) return true;
  const command = before.find(
    (arg, index) => !arg.startsWith("-") && !["--stack", "-s"].includes(before[index - 1] ?? ""),
  );
  return command === undefined || ["help", "completion", "comment"].includes(command);
}

import { execFileSync } from "node:child_process";

/** Returns a command line that runs as root. A user without root needs sudo without a password. */
export function asRoot(...command: readonly string[]): string[] {
  return process.getuid?.() === 0 ? [...command] : ["sudo", "--non-interactive", ...command];
}

/** Runs a program as root and returns what it prints. */
export function runAsRoot(...command: readonly string[]): string {
  const [program = "", ...args] = asRoot(...command);
  return execFileSync(program, args, { stdio: "pipe", encoding: "utf8" });
}

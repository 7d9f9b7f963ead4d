import { formatProblems } from "../../components/lib/errors.ts";
import type { StackName } from "../lib/stack-name.ts";
import { lockProblem } from "./state-lock.ts";

/**
 * Returns who is changing a stack, and what to do, if Pulumi refused a locked state in a backend of the user's own;
 * undefined if it printed another error. No command here can read the locks of such a backend.
 */
export function heldLock(stderr: string, stack: StackName, now = new Date()): string | undefined {
  const [, username, hostname, pid, timestamp] = LOCK.exec(stderr) ?? [];
  if (username === undefined || hostname === undefined || timestamp === undefined) return undefined;
  const problem = lockProblem(stack, { username, hostname, pid: Number(pid), timestamp }, now);
  const fix = `wait until that run has ended, then run this again. If it was killed: pulumi cancel --stack ${stack.reference}`;
  return formatProblems([{ ...problem, fix }], "nothing was changed");
}

/** The owner of a lock as Pulumi 3.259 prints it, after the address of the lock. */
const LOCK = /: created by (.+)@(\S+) \(pid (\d+)\) at (\d{4}-\S+)/;

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../toolchain/lib/process.mjs";
import { stateFolder } from "./state.ts";

/** A lock of the file backend: who changes a stack. */
export interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When it was taken, in ISO 8601. */
  readonly timestamp: string;
}

/** The locks on a stack; none where its state lies in a backend of the user's own, which has its own words for them. */
export function locksOf(stack: string): Lock[] {
  const folder = join(stateFolder() ?? "", ".pulumi/locks/organization/morgan", stack);
  if (stateFolder() === undefined || !existsSync(folder)) return [];
  // The backend may keep attributes beside each lock.
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => readLock(join(folder, file)) ?? []);
}

/** Undefined for one that has been taken away meanwhile. What is no lock is taken for one that nobody holds. */
function readLock(file: string): Lock | undefined {
  try {
    return { ...NOBODY, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<Lock>) };
  } catch (error) {
    return error instanceof SyntaxError ? NOBODY : undefined;
  }
}

const NOBODY: Lock = { pid: 0, username: "", hostname: hostname(), timestamp: "" };

/** Whether the one who took a lock may still be at work. What runs on another machine cannot be told from here. */
export function isHeld({ pid, hostname: host }: Lock): boolean {
  if (host !== hostname()) return true;
  // After a restart of the machine another program may have its number.
  return pid > 0 && isAlive(pid) && (nameOf(pid) ?? "pulumi").startsWith("pulumi");
}

/** The name of a process; undefined where the system does not say. */
function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/comm`, "utf8");
  } catch {
    return undefined;
  }
}

/** Says who holds a stack, since when, and what to do. */
export function describeHolder(stack: string, lock: Lock, now = new Date()): string {
  const since = new Date(lock.timestamp);
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000);
  const ago = minutes < 1 ? "less than a minute ago" : `${String(minutes)} min ago`;
  const what = `${lock.username}@${lock.hostname} is changing the stack "${stack}" (process ${String(lock.pid)})`;
  const otherwise =
    lock.hostname === hostname() ? "" : ` If it runs no more on ${lock.hostname}: pulumi cancel --stack ${stack}`;
  return (
    `nothing was changed: ${what} since ${lock.timestamp.slice(0, 19)}Z, ${ago}.\n` +
    `Wait until it has ended, then run this again.${otherwise}`
  );
}

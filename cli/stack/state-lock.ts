import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Problem } from "../../components/lib/errors.ts";
import { isAlive } from "../../toolchain/lib/process.mjs";
import type { StackName } from "../lib/stack-name.ts";
import { stateFolder } from "./checkpoint.ts";

/** A state lock of the file backend: the process that changes a stack. */
export interface Lock {
  /** File that is the lock. */
  readonly file: string;
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** Time at which it was taken, in ISO 8601. */
  readonly timestamp: string;
}

/** The state locks of a stack; none if the state is in a backend of the user's own, which has its own messages. */
export function locksOf(stack: string): Lock[] {
  const folder = join(stateFolder() ?? "", ".pulumi/locks/organization/morgan", stack);
  if (stateFolder() === undefined || !existsSync(folder)) return [];
  // The backend may keep a file of attributes beside each lock.
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => readLock(join(folder, file)) ?? []);
}

/** Reads a lock; undefined if it is gone meanwhile. A file that is no lock counts as a lock without an owner. */
function readLock(file: string): Lock | undefined {
  try {
    return { ...WITHOUT_OWNER, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<Lock>), file };
  } catch (error) {
    return error instanceof SyntaxError ? { ...WITHOUT_OWNER, file } : undefined;
  }
}

const WITHOUT_OWNER: Omit<Lock, "file"> = { pid: 0, username: "", hostname: hostname(), timestamp: "" };

/** Removes a lock, and the file of attributes that the backend may keep beside it. */
export function removeLock({ file }: Lock): void {
  for (const path of [file, `${file}.attrs`]) rmSync(path, { force: true });
}

/** True if the owner of a lock may still be at work. A process on another machine cannot be checked from here. */
export function isHeld({ pid, hostname: host }: Lock): boolean {
  if (host !== hostname()) return true;
  // After a restart of the machine, another program may have the process id.
  return pid > 0 && isAlive(pid) && (nameOf(pid) ?? "pulumi").startsWith("pulumi");
}

/** The name of a process; undefined if the system does not report it. */
function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/comm`, "utf8");
  } catch {
    return undefined;
  }
}

/** The problem that another run is changing a stack. */
export function lockProblem({ name, reference }: StackName, lock: Omit<Lock, "file">, now = new Date()): Problem {
  const minutes = Math.floor((now.getTime() - new Date(lock.timestamp).getTime()) / 60_000);
  const ago = minutes < 1 ? "less than a minute ago" : `${String(minutes)} min ago`;
  const owner = `${lock.username}@${lock.hostname} is changing the stack "${name}" (process ${String(lock.pid)})`;
  const ifEnded =
    lock.hostname === hostname() ? "" : `. If it runs no more on ${lock.hostname}: pulumi cancel --stack ${reference}`;
  return {
    key: "state lock",
    expected: "no other run that changes this stack",
    found: `${owner} since ${lock.timestamp.slice(0, 19)}Z, ${ago}`,
    fix: `wait until that run has ended, then run this again${ifEnded}`,
  };
}

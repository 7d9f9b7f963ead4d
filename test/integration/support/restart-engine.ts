import { existsSync, statSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readTextIfExists } from "../../../components/system/files.ts";
import { paths } from "../../../toolchain/lib/paths.mjs";
import { ensureEngine } from "../../../toolchain/setup/engine.mjs";
import { withLock } from "../../../toolchain/lib/file-lock.mjs";
import { isAlive } from "../../../toolchain/lib/process.mjs";
import { runAsRoot } from "./as-root.ts";

const at = paths({ root: resolve(import.meta.dirname, "../../.."), env: process.env });

/** The time in milliseconds in which a daemon has to end. It first stops every container, which may take a minute. */
const LIMIT = 180_000;

/**
 * Stops the engine as a restart of the machine does, and starts it again. Set-up starts an engine that set-up started,
 * and systemd starts an engine that systemd runs.
 *
 * @throws Error if neither of them runs the engine.
 */
export async function restartEngine(): Promise<void> {
  const daemons = ["dockerd", "containerd"].map((name) => ({ name, pid: pidOf(name), since: timeOf(name) }));
  if (daemons.every(({ pid }) => pid !== undefined)) {
    // No other set-up may start a daemon while this one ends.
    await withLock(join(at.cache, "locks", "engine"), async () => {
      for (const { name, pid = 0 } of daemons) await end(name, pid);
    });
    const problems = await ensureEngine(at, process.env);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    // CI compares these times with its own start, and stops an engine that it has started itself.
    for (const { name, since } of daemons) utimesSync(pidFile(name), since, since);
  } else if (existsSync("/run/systemd/system")) {
    runAsRoot("systemctl", "restart", "containerd", "docker");
  } else {
    throw new Error("the engine cannot be restarted from here: neither set-up nor systemd started it");
  }
}

function pidFile(daemon: string): string {
  return join(at.engine, `${daemon}.pid`);
}

function timeOf(daemon: string): Date {
  return statSync(pidFile(daemon), { throwIfNoEntry: false })?.mtime ?? new Date();
}

/** Returns the process that set-up started, if it still runs. Another program may have got its number since. */
function pidOf(daemon: string): number | undefined {
  const pid = readTextIfExists(pidFile(daemon));
  return pid !== undefined && readTextIfExists(`/proc/${pid}/comm`)?.trim() === daemon ? Number(pid) : undefined;
}

async function end(name: string, pid: number): Promise<void> {
  process.kill(pid, "SIGTERM");
  const until = Date.now() + LIMIT;
  while (isAlive(pid)) {
    if (Date.now() > until) throw new Error(`${name} did not end within ${String(LIMIT / 1000)} s`);
    await sleep(100);
  }
}

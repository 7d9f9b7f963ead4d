import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../../toolchain/lib/paths.mjs";
import { ensureEngine } from "../../../toolchain/setup/engine.mjs";
import { withLock } from "../../../toolchain/lib/file-lock.mjs";
import { isAlive } from "../../../toolchain/lib/process.mjs";

const at = paths({ root: resolve(import.meta.dirname, "../../.."), env: process.env });

/** How long a daemon may take to end, in milliseconds: it stops every container, which may take a minute. */
const LIMIT = 180_000;

/**
 * Stops the engine as a machine that restarts does, and starts it again: what set-up started through set-up, what systemd
 * runs through systemd.
 *
 * @throws Error where the engine is neither's.
 */
export async function restartEngine(): Promise<void> {
  const daemons = ["dockerd", "containerd"].map((name) => ({ name, pid: pidOf(name), since: timeOf(name) }));
  if (daemons.every(({ pid }) => pid !== undefined)) {
    // Nobody else may start one while this one ends.
    await withLock(join(at.cache, "locks", "engine"), async () => {
      for (const { name, pid = 0 } of daemons) await end(name, pid);
    });
    const problems = await ensureEngine(at, process.env);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    // Their times say whether the engine was started for these tests, and may be stopped after them.
    for (const { name, since } of daemons) utimesSync(pidFile(name), since, since);
  } else if (existsSync("/run/systemd/system")) {
    execFileSync("systemctl", ["restart", "containerd", "docker"], { stdio: "pipe" });
  } else {
    throw new Error("the engine was started neither by set-up nor by systemd: it cannot be restarted from here");
  }
}

function pidFile(daemon: string): string {
  return join(at.engine, `${daemon}.pid`);
}

function timeOf(daemon: string): Date {
  return statSync(pidFile(daemon), { throwIfNoEntry: false })?.mtime ?? new Date();
}

/** The process that set-up started, if it still runs: a number may have passed on to a stranger. */
function pidOf(daemon: string): number | undefined {
  const pid = readText(pidFile(daemon));
  return pid !== undefined && readText(`/proc/${pid}/comm`)?.trim() === daemon ? Number(pid) : undefined;
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

async function end(name: string, pid: number): Promise<void> {
  process.kill(pid, "SIGTERM");
  const until = Date.now() + LIMIT;
  while (isAlive(pid)) {
    if (Date.now() > until) throw new Error(`${name} did not end within ${String(LIMIT / 1000)} s`);
    await sleep(100);
  }
}

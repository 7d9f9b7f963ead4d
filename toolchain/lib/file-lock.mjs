// A lock for work that takes minutes, so that one set-up at a time does the work. The lock is a file that holds the
// process id of its owner. link(2) makes the file, so the file never exists without the id.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./process.mjs";
import { print } from "./report.mjs";

/**
 * Does the work while this process holds the lock, and waits for another process that holds the lock.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {string} [others] - name of the other processes that do this work
 */
export async function withLock(file, work, others = "another set-up") {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = false; !take(file); waited = true) {
    const owner = ownerOf(file);
    if (owner === undefined || !isAlive(owner)) removeStale(file, owner);
    else {
      if (!waited) print(`waiting for ${others} (process ${owner})`);
      await sleep(500);
    }
  }
  const release = () => {
    rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** @param {string} file */
function take(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** @param {string} file */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock only if the lock still names the dead owner, because two waiters may find the same owner.
 * @param {string} file
 * @param {number | undefined} owner
 */
function removeStale(file, owner) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (ownerOf(aside) !== owner) linkSync(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(codeOf(error) ?? "")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}

import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { listens } from "./listening.ts";

/**
 * The folder with a folder for the temporary files of each run. docker-build 0.0.22 takes all credentials that the
 * Docker client knows, writes them into such a file for each build, and leaves them there.
 */
const RUNS = ".morgan/runs";

/** Name of the folder that all runs share that a shell starts; see `toolchain/lib/environment.mjs`. */
const SHARED = "shell";

/** Returns a path for the temporary files of one run. Nothing is there yet. */
export function newRunFolder(): string {
  return resolve(RUNS, `run-${randomBytes(4).toString("hex")}`);
}

/** True if a folder belongs to the runs of a shell, after which no command of this project cleans up. */
export function isShared(folder: string): boolean {
  return basename(folder) === SHARED;
}

/** Makes the folder of a run. It belongs to the run as long as Pulumi's engine listens at an address. */
export function makeRunFolder(folder: string, engine: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  writeFileSync(`${folder}${MARK}${encodeURIComponent(engine)}`, "");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Removes the folder of a run that has ended. */
export function removeRunFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const runs = dirname(folder);
  for (const mark of namesIn(runs).filter((name) => name.startsWith(`${basename(folder)}${MARK}`)))
    rmSync(join(runs, mark), { force: true });
}

/**
 * Removes the temporary files of the runs that have ended, also of those that were killed.
 *
 * @param runs - the folder of a run's folder.
 */
export async function removeEndedRuns(runs = resolve(RUNS)): Promise<void> {
  // A run is marked before it has its folder and its files. So of everything listed here, the marks are listed after it.
  const folders = namesIn(runs).filter((name) => !name.includes(MARK));
  const left = folders.map((name) => ({ folder: join(runs, name), files: namesIn(join(runs, name)) }));
  const marks = namesIn(runs).filter((name) => name.includes(MARK));
  const isLive = await Promise.all(marks.map((mark) => listens(decodeURIComponent(mark.split(MARK)[1] ?? ""))));
  const live = new Set(marks.filter((_, index) => isLive[index]).map((mark) => mark.split(MARK)[0]));
  for (const { folder, files } of left) {
    if (live.has(basename(folder))) continue;
    for (const file of files) rmSync(join(folder, file), { recursive: true, force: true });
    if (!isShared(folder)) removeIfEmpty(folder);
  }
  for (const [index, mark] of marks.entries()) if (isLive[index] !== true) rmSync(join(runs, mark), { force: true });
}

/** Separates the name of a folder from the address of the engine that uses it, in the name of a file beside it. */
const MARK = "@";

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another run removes it too, or a plugin of a killed run has written another file. The next run removes that.
  }
}

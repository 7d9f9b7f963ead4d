// Makes files and folders in one step, so that an interrupted or parallel set-up leaves nothing half made.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Fills a new folder beside its final place and moves the folder there. If another process made the folder meanwhile,
 * its result stays.
 * @param {string} folder
 * @param {(temporary: string) => Promise<void>} fill
 */
export async function makeFolder(folder, fill) {
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.part-`);
  const remove = () => {
    rmSync(temporary, { recursive: true, force: true });
  };
  process.once("exit", remove);
  try {
    await fill(temporary);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/**
 * @param {string} file
 * @param {string} content
 */
export function writeWhole(file, content, mode = 0o644) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.part-${process.pid}`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}

/**
 * @param {string} file
 * @returns {unknown} undefined if there is no such file
 */
export function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

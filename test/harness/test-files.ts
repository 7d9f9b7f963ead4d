import { globSync } from "node:fs";
import { basename, relative, resolve } from "node:path";

const SUFFIX = ".test.ts";

/** Returns the files of a glob in the order in which mocha runs them. */
export function testFiles(glob: string): string[] {
  return globSync(glob).sort((a, b) => a.localeCompare(b, "en"));
}

/**
 * Returns the files that at least one pattern names, in the order of `files`.
 *
 * @throws Error if a pattern names no file.
 */
export function selectFiles(files: readonly string[], patterns: readonly string[]): string[] {
  const selected = new Set(patterns.flatMap((pattern) => matches(files, pattern)));
  return files.filter((file) => selected.has(file));
}

/** A whole path or name wins over a part of a path: `settle` is not `settled`. */
function matches(files: readonly string[], pattern: string): string[] {
  const path = relative("", resolve(pattern));
  const ways: ((file: string) => boolean)[] = [
    (file) => file === path || nameOf(file) === pattern,
    /^\d+$/.test(pattern) ? (file) => nameOf(file).startsWith(`${pattern}-`) : (file) => file.includes(pattern),
  ];
  const found = ways.map((way) => files.filter(way)).find(({ length }) => length > 0);
  if (found) return found;
  const names = files.map((file) => `\n  ${nameOf(file)}`).join("");
  throw new Error(`No test file has the path, the number or the name "${pattern}". There are:${names}`);
}

function nameOf(file: string): string {
  return basename(file, SUFFIX);
}

import { readFileSync } from "node:fs";

/** Returns the text of a file; undefined if it cannot be read. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

import { existsSync, readFileSync } from "node:fs";
import type { ReadRequirements } from "../../../components/requirements/inputs.ts";

/** The folder of the repository, for tests that are about the files that the project ships. */
export const ROOT = new URL("../../../", import.meta.url);

/** Returns the text of a file that the project ships. */
export function readShipped(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** Reads the requirements that the project ships. */
export const readShippedRequirements: ReadRequirements = (fileName) => {
  const path = `requirements/${fileName}`;
  return existsSync(new URL(path, ROOT)) ? readShipped(path) : undefined;
};

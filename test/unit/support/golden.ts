import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";

/** Compares a text with the file of that name in a folder; UPDATE_GOLDEN=1 writes the file instead. */
export function expectGolden(name: string, text: string, folder = "test/golden"): void {
  const path = new URL(`../../../${folder}/${name}`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(text, `${folder}/${name}; UPDATE_GOLDEN=1 rewrites it`).to.equal(readFileSync(path, "utf8"));
}

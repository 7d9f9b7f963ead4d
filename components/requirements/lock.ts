import { createHash } from "node:crypto";

import {
  includeOrder,
  meaningfulLines,
  overridesFile,
  packageName,
  readRequirementSet,
  RequirementsError,
} from "./inputs.ts";
import type { ReadRequirements } from "./inputs.ts";

/** A package that a lock file pins. `hashes` are `sha256:<hex>` and the like, one for each file that may be installed. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly hashes: readonly string[];
}

/** Version of Debian 12's Python, which runs in every image. */
export const PYTHON = "3.11";

/** uv options that decide the content of a lock file: Debian 12's Python, and wheels only. */
export const lockOptions: readonly string[] = [
  `--python-version=${PYTHON}`,
  "--python-platform=x86_64-manylinux_2_28",
  "--only-binary=:all:",
  "--generate-hashes",
];

/** The hashes that uv 0.13 writes and checks. An index decides which of them it gives. */
const HASH = "--hash=(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})";

const entryPattern = new RegExp(`^([a-z0-9][a-z0-9-]*)==([^\\s;]+)((?: ${HASH})*)$`);

/** Returns the override lines for a set. A package that the set's own files name is never removed. */
export function effectiveOverrides(name: string, read: ReadRequirements): readonly string[] {
  const closure = includeOrder([name], read);
  const named = new Set(closure.flatMap((set) => readRequirementSet(set, read).requirements.map(packageName)));
  return meaningfulLines(read(overridesFile) ?? "").filter((line) => !named.has(packageName(line)));
}

/**
 * Returns the digest, `sha256:<hex>`, of all inputs of a lock file. These are uv's options, the set with the sets that
 * it includes, the overrides, and the lock files of the included sets. Comments and blank lines do not count.
 *
 * @throws RequirementsError if one of these files is missing or the includes form a circle.
 */
export function inputsDigest(name: string, read: ReadRequirements): string {
  const sets = includeOrder([name], read).map((set) => ({ set, ...readRequirementSet(set, read) }));
  const parents = readRequirementSet(name, read).includes.map((parent) => {
    const lock = read(`${parent}.txt`);
    if (lock === undefined) throw new RequirementsError(`requirements/${parent}.txt: no such file`);
    return { parent, lock };
  });
  const inputs = { lockOptions, sets, overrides: effectiveOverrides(name, read), parents };
  return digestOf(JSON.stringify(inputs));
}

/**
 * Returns the text of a lock file. Its first line has the digests of its inputs and of every line below, so that a
 * change by hand or by a merge is found.
 */
export function sealLock(name: string, entries: string, read: ReadRequirements): string {
  return `${header(inputsDigest(name, read), entries)}\n${entries}`;
}

/** Returns what the first line of a lock file shows: the lock is as it was made, or something else changed. */
export function readSeal(name: string, text: string, read: ReadRequirements): "whole" | "other inputs" | "edited" {
  const [first = "", ...below] = text.split("\n");
  const inputs = inputsDigest(name, read);
  if (first === header(inputs, below.join("\n"))) return "whole";
  return first.startsWith(header(inputs, "").replace(/\S+$/, "")) ? "edited" : "other inputs";
}

function header(inputs: string, entries: string): string {
  return `# morgan-lock: inputs ${inputs} content ${digestOf(entries)}`;
}

/** Returns the packages that a lock file pins, in its order. */
export function parseLock(text: string): readonly LockedPackage[] {
  return lockEntries(text).flatMap((entry) => {
    const [, name, version, hashes] = entryPattern.exec(entry) ?? [];
    if (name === undefined || version === undefined) return [];
    return [{ name, version, hashes: (hashes ?? "").split(" --hash=").slice(1) }];
  });
}

/** Returns the lines of a lock file that pin no package with a hash. */
export function unpinnedLines(text: string): readonly string[] {
  return lockEntries(text).filter((line) => (entryPattern.exec(line)?.[3] ?? "") === "");
}

/**
 * Returns logical lines: continued lines joined, with one space between words. A comment is not continued, as in pip,
 * so that it hides no line.
 */
function lockEntries(text: string): readonly string[] {
  return meaningfulLines(text.replace(/^[ \t]*#.*$/gm, "").replace(/[ \t]*\\\r?\n[ \t]*/g, " "));
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

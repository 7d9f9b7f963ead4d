import { createHash } from "node:crypto";

import { includeOrder, meaningfulLines, packageName, readRequirementSet, RequirementsError } from "./inputs.ts";
import type { ReadRequirements } from "./inputs.ts";

/** A package that a lock file pins. `hashes` are `sha256:<hex>`, one for each file that may be installed. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly hashes: readonly string[];
}

/** A fault of a lock file. `line` is the wrong line; `message` names the fix. */
export type LockProblem =
  | { readonly kind: "unreadable-inputs"; readonly lockFile: string; readonly message: string }
  | { readonly kind: "missing-lock"; readonly lockFile: string; readonly message: string }
  | { readonly kind: "outdated-lock"; readonly lockFile: string; readonly message: string }
  | { readonly kind: "line-without-hash"; readonly lockFile: string; readonly line: string; readonly message: string }
  | { readonly kind: "unexpected-line"; readonly lockFile: string; readonly line: string; readonly message: string };

/** Version of Debian 12's Python, which runs in every image. */
export const PYTHON = "3.11";

/** uv options that decide the content of a lock file: Debian 12's Python, and wheels only. */
export const lockOptions: readonly string[] = [
  `--python-version=${PYTHON}`,
  "--python-platform=x86_64-manylinux_2_28",
  "--only-binary=:all:",
  "--generate-hashes",
];

/** File, beside the `.in` files, that lists dependencies to leave out, because no service uses them. */
export const overridesFile = "overrides.txt";

const entryPattern = /^([a-z0-9][a-z0-9-]*)==([^\s;]+)((?: --hash=sha256:[0-9a-f]{64})*)$/;

/** Returns the first line of a lock file that is made from inputs with this digest. */
export function lockHeader(digest: string): string {
  return `# morgan-lock: inputs ${digest}`;
}

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
    if (lock === undefined) throw new RequirementsError(`${parent}.txt is missing: run "npm run lock"`);
    return { parent, lock };
  });
  const inputs = { lockOptions, sets, overrides: effectiveOverrides(name, read), parents };
  return `sha256:${createHash("sha256").update(JSON.stringify(inputs)).digest("hex")}`;
}

/** Checks `<name>.txt` without network. No problem means that the lock file is current and complete. */
export function checkLock(name: string, read: ReadRequirements): readonly LockProblem[] {
  const lockFile = `${name}.txt`;
  const text = read(lockFile);
  if (text === undefined) {
    return [{ kind: "missing-lock", lockFile, message: `requirements/${lockFile} is missing: run "npm run lock"` }];
  }
  return [...checkInputs(name, text, read), ...checkLines(lockFile, text)];
}

/** Returns the packages that a lock file pins, in its order. `checkLock` reports the lines that pin none. */
export function parseLock(text: string): readonly LockedPackage[] {
  return lockEntries(text).flatMap((entry) => {
    const [, name, version, hashes] = entryPattern.exec(entry) ?? [];
    if (name === undefined || version === undefined) return [];
    return [{ name, version, hashes: (hashes ?? "").split(" --hash=").slice(1) }];
  });
}

function checkInputs(name: string, text: string, read: ReadRequirements): readonly LockProblem[] {
  const lockFile = `${name}.txt`;
  try {
    if (text.split("\n", 1)[0] === lockHeader(inputsDigest(name, read))) return [];
  } catch (error) {
    if (!(error instanceof RequirementsError)) throw error;
    return [{ kind: "unreadable-inputs", lockFile, message: error.message }];
  }
  const message = `requirements/${lockFile} was not made from the present inputs: run "npm run lock" and commit the result`;
  return [{ kind: "outdated-lock", lockFile, message }];
}

function checkLines(lockFile: string, text: string): readonly LockProblem[] {
  return lockEntries(text).flatMap((line): readonly LockProblem[] => {
    const entry = entryPattern.exec(line);
    if (entry === null) {
      const message = `requirements/${lockFile}: "${line}" is not "name==version --hash=sha256:...": run "npm run lock"`;
      return [{ kind: "unexpected-line", lockFile, line, message }];
    }
    if (entry[3] !== "") return [];
    const message = `requirements/${lockFile}: "${line}" has no --hash, so anything could be installed: run "npm run lock"`;
    return [{ kind: "line-without-hash", lockFile, line, message }];
  });
}

/** Returns logical lines: continued lines joined, with one space between words. */
function lockEntries(text: string): readonly string[] {
  return meaningfulLines(text.replace(/[ \t]*\\\r?\n[ \t]*/g, " "));
}

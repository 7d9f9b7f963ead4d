import type { Problem } from "../lib/errors.ts";
import { checkInputs, overridesFile, packageName, pinsOf, readRequirementSet } from "./inputs.ts";
import type { ReadRequirements } from "./inputs.ts";
import { effectiveOverrides, parseLock, readSeal, unpinnedLines, type LockedPackage } from "./lock.ts";
import { isPinned } from "./requirement-line.ts";

/** Most findings that one problem lists. A lock of a merge can have hundreds. */
const LISTED = 5;

/**
 * Checks `<name>.txt` and its inputs without network. No problem means that the lock file is current and complete. The
 * content is compared too: each pin of the inputs, the locks of included sets, and what the overrides remove.
 */
export function checkLock(name: string, read: ReadRequirements): readonly Problem[] {
  const inputs = checkInputs([name], read);
  if (inputs.length > 0) return inputs;
  const { includes } = readRequirementSet(name, read);
  const missing = [...includes, name].filter((set) => read(`${set}.txt`) === undefined);
  if (missing.length > 0) return missing.map((set) => problem(set, ["no such file"]));
  const found = faults(name, read(`${name}.txt`) ?? "", read);
  return found.length === 0 ? [] : [problem(name, found)];
}

function problem(name: string, found: readonly string[]): Problem {
  const more = found.length - LISTED;
  return {
    key: `requirements/${name}.txt`,
    expected: `the lock file that npm run lock makes from requirements/${name}.in and what it includes`,
    found: [...found.slice(0, LISTED), ...(more > 0 ? [`and ${String(more)} more`] : [])].join("; "),
    fix: "npm run lock, and commit the result",
  };
}

function faults(name: string, text: string, read: ReadRequirements): readonly string[] {
  if (/^(?:<{7}|>{7}) /m.test(text)) return ["conflict markers of a merge"];
  const packages = parseLock(text);
  return [
    ...SEALS[readSeal(name, text, read)],
    ...unpinnedLines(text).map((line) => `"${shortened(line)}" is no name==version with a hash`),
    ...packages.flatMap(({ name: pkg }, index) =>
      packages.findIndex((other) => other.name === pkg) < index ? [`${pkg} twice`] : [],
    ),
    ...comparePins(name, packages, read),
    ...compareParents(name, packages, read),
    ...compareOverrides(name, packages, read),
  ];
}

const SEALS = {
  whole: [],
  "other inputs": ["not made from the present inputs"],
  edited: ["changed after it was made, by hand or by a merge"],
} as const;

function comparePins(name: string, packages: readonly LockedPackage[], read: ReadRequirements): readonly string[] {
  return pinsOf(name, read).flatMap(({ set, pin }) => {
    const locked = packages.filter((other) => other.name === pin.name);
    if (locked.length > 0 && locked.every(({ version }) => isPinned(pin.version, version))) return [];
    return [`${listed(locked, pin.name)}, but ${set}.in has ${pin.name}==${pin.version}`];
  });
}

function compareParents(name: string, packages: readonly LockedPackage[], read: ReadRequirements): readonly string[] {
  return readRequirementSet(name, read).includes.flatMap((parent) =>
    parseLock(read(`${parent}.txt`) ?? "").flatMap((needed) => {
      const locked = packages.filter((other) => other.name === needed.name);
      if (locked.length > 0 && locked.every(({ version }) => version === needed.version)) return [];
      return [`${listed(locked, needed.name)}, but ${parent}.txt has ${needed.name}==${needed.version}`];
    }),
  );
}

function compareOverrides(name: string, packages: readonly LockedPackage[], read: ReadRequirements): readonly string[] {
  const removed = new Set(effectiveOverrides(name, read).map(packageName));
  return packages
    .filter((locked) => removed.has(locked.name))
    .map((locked) => `${locked.name}==${locked.version}, but ${overridesFile} removes it`);
}

function listed(locked: readonly LockedPackage[], name: string): string {
  return locked.length === 0 ? `no ${name}` : locked.map(({ version }) => `${name}==${version}`).join(" and ");
}

function shortened(line: string): string {
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

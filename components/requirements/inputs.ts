import type { Problem } from "../lib/errors.ts";
import { normalizeName, parsePin, refuseLine } from "./requirement-line.ts";

/** Reads a file of the requirements folder by its name, such as `vad.in`; undefined if there is none. */
export type ReadRequirements = (fileName: string) => string | undefined;

/** A `.in` file: the sets that it includes with `-r`, and its own lines without comments and blank lines. */
export interface RequirementSet {
  readonly includes: readonly string[];
  readonly requirements: readonly string[];
}

/** The error of a requirements folder that is no hierarchy. Its message names the file. */
export class RequirementsError extends Error {
  override readonly name = "RequirementsError";
}

/** File, beside the `.in` files, that lists dependencies to leave out, because no service uses them. */
export const overridesFile = "overrides.txt";

/** A line of the overrides: a condition that never holds removes the package. */
const OVERRIDE = /^[A-Za-z0-9][\w.-]*\s*;\s*sys_platform\s*==\s*(?:'never'|"never")$/;

/** Parses the text of `<name>.in`. An include is the name of another `.in` file of the same folder. */
export function parseRequirementSet(text: string): RequirementSet {
  const includes: string[] = [];
  const requirements: string[] = [];
  for (const line of meaningfulLines(text)) {
    const include = /^(?:-r|--requirement)[\s=]*([\w-]+(?:\.\w+)*)\.in$/.exec(line)?.[1];
    if (include === undefined) requirements.push(line);
    else includes.push(include);
  }
  return { includes, requirements };
}

/** Reads and parses `<name>.in`. @throws RequirementsError if there is no such file. */
export function readRequirementSet(name: string, read: ReadRequirements): RequirementSet {
  const text = read(`${name}.in`);
  if (text === undefined) throw new RequirementsError(`requirements/${name}.in: no such file`);
  return parseRequirementSet(text);
}

/**
 * Returns sets and all that they include, each once and after the sets that it includes, for `npm run lock`.
 *
 * @throws RequirementsError if a set is missing or the includes form a circle.
 */
export function includeOrder(names: readonly string[], read: ReadRequirements): readonly string[] {
  const order: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      throw new RequirementsError(`requirements include each other in a circle: ${[...path, name].join(" -> ")}`);
    }
    if (order.includes(name)) return;
    for (const include of readRequirementSet(name, read).includes) visit(include, [...path, name]);
    order.push(name);
  };
  for (const name of names) visit(name, []);
  return order;
}

/** Checks sets, all that they include, and the overrides: every line that cannot be locked is a problem. */
export function checkInputs(names: readonly string[], read: ReadRequirements): readonly Problem[] {
  try {
    const order = includeOrder(names, read);
    const lines = order.flatMap((name) => checkLines(name, read));
    return [...lines, ...checkOverrides(read), ...(lines.length > 0 ? [] : checkContradictions(names, read))];
  } catch (error) {
    if (!(error instanceof RequirementsError)) throw error;
    const expected = "sets of requirements that include each other without a gap or a circle";
    return [{ key: "requirements/*.in", expected, found: error.message, fix: "correct the -r lines of these files" }];
  }
}

function checkLines(name: string, read: ReadRequirements): readonly Problem[] {
  return readRequirementSet(name, read).requirements.flatMap((line) => {
    const refusal = refuseLine(line);
    if (refusal === undefined) return [];
    return [{ key: `requirements/${name}.in`, expected: refusal.expected, found: `"${line}"`, fix: refusal.fix }];
  });
}

function checkOverrides(read: ReadRequirements): readonly Problem[] {
  const wrong = meaningfulLines(read(overridesFile) ?? "").filter((line) => !OVERRIDE.test(line));
  return wrong.map((line) => ({
    key: `requirements/${overridesFile}`,
    expected: "NAME ; sys_platform == 'never', for a package to leave out",
    found: `"${line}"`,
    fix: "write it so; another version of a package belongs into a .in file",
  }));
}

/** Finds a package for which two sets of one image name different versions. */
function checkContradictions(names: readonly string[], read: ReadRequirements): readonly Problem[] {
  return names.flatMap((name) => {
    const pins = pinsOf(name, read);
    return pins.flatMap(({ set, pin }) => {
      const first = pins.find((other) => other.pin.name === pin.name);
      if (first === undefined || first.pin.version === pin.version) return [];
      const expected = `${pin.name}==${first.pin.version}, as in requirements/${first.set}.in: one image has one version`;
      const fix = "name one version in both files; then npm run lock";
      return [{ key: `requirements/${set}.in`, expected, found: `${pin.name}==${pin.version}`, fix }];
    });
  });
}

/** Returns the pins of a set and of all that it includes, each with its set. Lines that are no pin are left out. */
export function pinsOf(name: string, read: ReadRequirements) {
  return includeOrder([name], read).flatMap((set) =>
    readRequirementSet(set, read).requirements.flatMap((line) => {
      const pin = parsePin(line);
      return pin === undefined ? [] : [{ set, pin }];
    }),
  );
}

/** Returns the normalised name of the package in a requirement line; empty if the line names none. */
export function packageName(requirement: string): string {
  return normalizeName(/^[A-Za-z0-9][\w.-]*/.exec(requirement)?.[0] ?? "");
}

/** Returns the lines of a requirements file without comments, blank lines and outer spaces. */
export function meaningfulLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

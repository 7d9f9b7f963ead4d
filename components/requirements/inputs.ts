/** Reads a file of the requirements folder by its name, such as `vad.in`; undefined if there is none. */
export type ReadRequirements = (fileName: string) => string | undefined;

/** A `.in` file: the sets that it includes with `-r`, and its own lines without comments and blank lines. */
export interface RequirementSet {
  readonly includes: readonly string[];
  readonly requirements: readonly string[];
}

/** The error of a requirements folder that is no hierarchy. Its message names the file and the fix. */
export class RequirementsError extends Error {
  override readonly name = "RequirementsError";
}

/** Parses the text of `<name>.in`. An include is the name of another `.in` file of the same folder. */
export function parseRequirementSet(name: string, text: string): RequirementSet {
  const includes: string[] = [];
  const requirements: string[] = [];
  for (const line of meaningfulLines(text)) {
    const include = /^(?:-r|--requirement)[\s=]*(\S+)$/.exec(line)?.[1];
    if (include === undefined) requirements.push(line);
    else if (/^[\w-]+(?:\.\w+)*\.in$/.test(include)) includes.push(include.slice(0, -".in".length));
    else throw new RequirementsError(`${name}.in: "-r ${include}" must name a .in file of the same folder`);
  }
  return { includes, requirements };
}

/** Reads and parses `<name>.in`. */
export function readRequirementSet(name: string, read: ReadRequirements): RequirementSet {
  const text = read(`${name}.in`);
  if (text === undefined) throw new RequirementsError(`${name}.in is missing`);
  return parseRequirementSet(name, text);
}

/** Returns sets and all that they include, each once and after the sets that it includes, for `npm run lock`. */
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

/** Returns the normalised name of the package in a requirement line; empty if the line names none. */
export function packageName(requirement: string): string {
  const name = /^[A-Za-z0-9][\w.-]*/.exec(requirement)?.[0] ?? "";
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Returns the lines of a requirements file without comments, blank lines and outer spaces. */
export function meaningfulLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

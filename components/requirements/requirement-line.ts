/** Why a line of a `.in` file cannot be taken. */
export interface Refusal {
  readonly expected: string;
  /** The action that puts it right. */
  readonly fix: string;
}

/** A version in the one spelling that package indexes and lock files use, as the Python packaging rules define it. */
const VERSION =
  /(?:[1-9]\d*!)?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*(?:(?:a|b|rc)(?:0|[1-9]\d*))?(?:\.post(?:0|[1-9]\d*))?(?:\.dev(?:0|[1-9]\d*))?(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?/
    .source;

const NAME = "[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?";

/** "name==version" or "name[extra]==version". uv leaves extras out of the lock and adds what they need. */
const PIN = new RegExp(`^(${NAME})\\s*(?:\\[[^\\]]*\\])?\\s*==\\s*(${VERSION})$`);

const PINNED = "NAME==VERSION";

const ADVICE: readonly (Refusal & { readonly line: RegExp })[] = [
  {
    line: /^(?:<{7}|\|{7}|={7}|>{7})(?:\s|$)/,
    expected: "no conflict markers of a merge",
    fix: "resolve the conflict in this file; then npm run lock",
  },
  {
    line: /^(?:-i|-f|--(?:index-url|extra-index-url|pypi-url|find-links|no-index|trusted-host))(?![\w-])/,
    expected: "requirements alone: an index is a setting",
    fix: "remove the line; name the index in morgan:pypiIndex or morgan:pypiExtraIndex, and lock from it: UV_INDEX=URL npm run lock",
  },
  {
    line: /^(?:-c|--constraint)(?![\w-])/,
    expected: "the constraint as a requirement of its own",
    fix: `remove the line; write ${PINNED} for each package of that file here`,
  },
  {
    line: /^(?:-r|--requirement)(?![\w-])/,
    expected: "-r NAME.in, with a .in file of the same folder",
    fix: "move the requirements into a .in file of this folder, and include that file",
  },
  {
    line: /--hash|\\$/,
    expected: `${PINNED} in one line, without hashes`,
    fix: "remove the hashes and the backslashes: npm run lock adds the hashes",
  },
  {
    line: /^(?:-e|--editable)(?![\w-])|^file:|^[^@:;]*[/\\]|^[^@:;]*\.(?:whl|zip|tar\.gz|tgz)$/,
    expected: `${PINNED}: a build has no other files than the lock`,
    fix: `put the code into the service's folder in services/; or put its wheel into a package index, name the index in morgan:pypiExtraIndex, and write ${PINNED}`,
  },
  {
    line: /@|:\/\//,
    expected: `${PINNED}: a lock pins what a package index has`,
    fix: `put its wheel into a package index, name the index in morgan:pypiExtraIndex, and write ${PINNED}`,
  },
  {
    line: /^-/,
    expected: `${PINNED} or -r NAME.in`,
    fix: "remove the line: npm run lock has its own options for uv",
  },
  {
    line: /;/,
    expected: `${PINNED} without a condition: every image has the same Python on Linux`,
    fix: "remove the condition; if it does not hold there, remove the line",
  },
  {
    line: new RegExp(`^${NAME}\\s*(?:\\[[^\\]]*\\])?\\s*==\\s*v?\\d[\\w.!+-]*$`),
    expected: "the version as a package index lists it, such as 1.0rc1 or 2026.1.5",
    fix: "write it without leading zeros, capitals and separators before rc, a, b or post",
  },
];

const NO_PIN: Refusal = {
  expected: `one version of the package: ${PINNED}`,
  fix: `write ${PINNED}, with the version that you want; then npm run lock`,
};

/** A requirement that names one version. */
export interface Pin {
  /** Normalised name. */
  readonly name: string;
  readonly version: string;
}

/** Parses "name==version" or "name[extra]==version"; undefined for every other line. */
export function parsePin(line: string): Pin | undefined {
  const [, name, version] = PIN.exec(line) ?? [];
  return name === undefined || version === undefined ? undefined : { name: normalizeName(name), version };
}

/** Returns why a line of a `.in` file cannot be taken; undefined for a pin. Includes of sets are no matter of this. */
export function refuseLine(line: string): Refusal | undefined {
  if (parsePin(line) !== undefined) return undefined;
  return ADVICE.find((advice) => advice.line.test(line)) ?? NO_PIN;
}

/** Returns the name of a package as lock files spell it. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/**
 * True if a locked version is the one that a pin names. "2.0" and "2.0.0" are the same version. A pin without a local
 * part, such as "+cpu", permits every local part.
 */
export function isPinned(pin: string, locked: string): boolean {
  const [wanted, found] = [pin, pin.includes("+") ? locked : locked.replace(/\+.*$/, "")].map(withoutZeros);
  return wanted === found;
}

function withoutZeros(version: string): string {
  return version.replace(/^((?:\d+!)?\d+(?:\.\d+)*?)(?:\.0)+(?=$|[^.\d]|\.[a-z])/, "$1");
}

import type { Problem } from "../lib/errors.ts";
import { nearest } from "../lib/nearest.ts";

/** The project's name, which is the namespace of its keys. */
const NAMESPACE = "morgan";

/** The keys that the program reads, without namespace. */
export interface KnownKeys {
  readonly plain: ReadonlySet<string>;
  readonly secret: ReadonlySet<string>;
}

/**
 * Returns a problem for each key that has no effect because it is misspelt. Keys of other namespaces are other
 * programs' own, unless the namespace itself is misspelt.
 *
 * @param keys - all keys of the configuration, with their namespaces.
 */
export function unknownKeyProblems(keys: readonly string[], known: KnownKeys): Problem[] {
  return keys.flatMap((key) => {
    const colon = key.indexOf(":");
    const [namespace, name] = [key.slice(0, colon), key.slice(colon + 1)];
    if (namespace === NAMESPACE) return isKnown(name, known) ? [] : [problem(key, name, known)];
    return nearest(namespace, [NAMESPACE]) === undefined ? [] : [problem(key, name, known)];
  });
}

function isKnown(name: string, { plain, secret }: KnownKeys): boolean {
  return plain.has(name) || secret.has(name);
}

function problem(key: string, name: string, known: KnownKeys): Problem {
  const remove = `pulumi config rm '${key}'`;
  const [whole = ""] = name.split(/[.[]/);
  const found = "a key that the program does not read";
  if (whole !== name && known.plain.has(whole)) {
    const expected = `the key morgan:${whole}, of which a part is set with --path`;
    return { key, expected, found, fix: `${remove}; pulumi config set --path '${name}' …` };
  }
  const meant = nearest(name, [...known.plain, ...known.secret]);
  if (meant === undefined) {
    return { key, expected: "a key that docs/configuration.md lists", found, fix: remove };
  }
  const set = `pulumi config set ${known.secret.has(meant) ? "--secret " : ""}${meant}`;
  const fix = `${remove}; ${set}${known.secret.has(meant) ? "" : " …"}`;
  return { key, expected: `a key that docs/configuration.md lists; the nearest is morgan:${meant}`, found, fix };
}

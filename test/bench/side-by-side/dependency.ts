import { inputsDigest, lockHeader, parseLock } from "../../../components/requirements/lock.ts";

/** Small packages of pure Python that the tests' lock pins and no service needs; each round adds one of them. */
export const DEPENDENCIES = ["iniconfig", "pluggy", "mypy-extensions"] as const;

/** The lines that pin a package in a lock, with its hashes. @throws Error where the lock does not have it. */
export function entryOf(lock: string, name: string): string {
  const [entry] = new RegExp(`^${name}==[^\\n\\\\]*(?:\\\\\\n[^\\n\\\\]*)*$`, "m").exec(lock) ?? [];
  if (entry === undefined) throw new Error(`the lock has no ${name}`);
  return entry;
}

/** The input and the lock of a set with one more package, as a resolver would leave them. */
export function withDependency(
  set: string,
  entry: string,
  read: (file: string) => string | undefined,
): { readonly input: string; readonly lock: string } {
  const [added] = parseLock(entry);
  if (added === undefined) throw new Error(`no entry of a lock: ${entry}`);
  const input = `${(read(`${set}.in`) ?? "").trimEnd()}\n${added.name}==${added.version}\n`;
  const digest = inputsDigest(set, (file) => (file === `${set}.in` ? input : read(file)));
  const [, ...entries] = (read(`${set}.txt`) ?? "").trimEnd().split("\n");
  return { input, lock: `${[lockHeader(digest), ...entries, entry].join("\n")}\n` };
}

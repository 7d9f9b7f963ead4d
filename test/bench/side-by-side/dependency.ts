import { parseLock, sealLock } from "../../../components/requirements/lock.ts";

/** Small packages of pure Python that the tests' lock file pins and no service needs. Each round adds one of them. */
export const DEPENDENCIES = ["iniconfig", "pluggy", "mypy-extensions"] as const;

/** Returns the lines that pin a package in a lock file. @throws Error if the lock file has no such package. */
export function entryOf(lock: string, name: string): string {
  const [entry] = new RegExp(`^${name}==[^\\n\\\\]*(?:\\\\\\n[^\\n\\\\]*)*$`, "m").exec(lock) ?? [];
  if (entry === undefined) throw new Error(`the lock has no ${name}`);
  return entry;
}

/** Returns the input and the lock file of a set with one more package, as a resolver would write them. */
export function withDependency(
  set: string,
  entry: string,
  read: (file: string) => string | undefined,
): { readonly input: string; readonly lock: string } {
  const [added] = parseLock(entry);
  if (added === undefined) throw new Error(`no entry of a lock: ${entry}`);
  const input = `${(read(`${set}.in`) ?? "").trimEnd()}\n${added.name}==${added.version}\n`;
  const [, ...entries] = (read(`${set}.txt`) ?? "").trimEnd().split("\n");
  const body = `${[...entries, entry].join("\n")}\n`;
  return { input, lock: sealLock(set, body, (file) => (file === `${set}.in` ? input : read(file))) };
}

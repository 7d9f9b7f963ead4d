import { closeSync, openSync } from "node:fs";
import type { Engine } from "../../components/engine/engine.ts";
import { CONNECTION, databaseOf, inContainer, type DatabaseOwner } from "../stack/postgres.ts";

/** Facts about a backup. */
export interface Dump {
  /** Time at which it was made, in PostgreSQL's format: "2026-11-24 15:04:05 UTC". */
  readonly made: string;
  /** Names of the tables whose rows it holds. */
  readonly tables: readonly string[];
}

/**
 * Replaces what a stack's database holds by a backup, all of it or nothing. Tables that the backup does not hold stay
 * as they are. Requests that need the history wait meanwhile.
 *
 * @throws Error if the file is no backup, the stack is not up, or PostgreSQL refuses; nothing is changed then.
 */
export async function restore(engine: Engine, owner: DatabaseOwner, file: string): Promise<Dump> {
  const id = await databaseOf(engine, owner);
  const listed = await reading(file, (input) => inContainer(id, ["pg_restore", "--list"], { input }));
  if (listed.code !== 0) throw new Error(`${file} is no backup that this PostgreSQL reads: ${listed.stderr.trim()}`);
  // The old objects are dropped in the same transaction that creates the new ones: readers see all old or all new ones.
  const whole = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"];
  const done = await reading(file, (input) => inContainer(id, ["pg_restore", ...CONNECTION, ...whole], { input }));
  if (done.code !== 0) throw new Error(`nothing was restored: ${done.stderr.trim()}`);
  return readList(listed.stdout);
}

/** Reads the table of contents that `pg_restore --list` prints. */
export function readList(text: string): Dump {
  return {
    made: /^; Archive created at (.+)$/m.exec(text)?.[1] ?? "",
    tables: [...text.matchAll(/^\d+; \d+ \d+ TABLE DATA \S+ (\S+) /gm)].map(([, table = ""]) => table),
  };
}

async function reading<T>(file: string, work: (input: number) => Promise<T>): Promise<T> {
  const input = openSync(file, "r");
  try {
    return await work(input);
  } finally {
    closeSync(input);
  }
}

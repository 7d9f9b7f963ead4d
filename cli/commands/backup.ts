import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from "node:fs";
import type { Engine } from "../../components/engine/engine.ts";
import { MorganError } from "../../components/lib/errors.ts";
import { refuseStackName } from "../lib/output-file.ts";
import { takeName } from "../lib/take-name.ts";
import { CONNECTION, databaseOf, inContainer, type DatabaseOwner } from "../stack/postgres.ts";

/** Name of a backup's file if the user gives none: stack and time, as "morgan-dev-2026-11-24T15-04-05Z.dump". */
export function backupName(stack: string, time: Date): string {
  return `morgan-${stack}-${time.toISOString().slice(0, 19).replaceAll(":", "-")}Z.dump`;
}

/**
 * Writes a stack's database into a file, as it is at one moment; requests go on meanwhile. The file appears when it is
 * whole, and only its owner may read it.
 *
 * @returns size of the file in bytes.
 * @throws Error if the file exists, the stack is not up, or PostgreSQL refuses.
 */
export async function backup(engine: Engine, owner: DatabaseOwner, file: string): Promise<number> {
  if (existsSync(file)) {
    const fix = "name another file, or move this one away";
    const problem = { key: file, expected: "no file of this name", found: "the file exists", fix };
    throw new MorganError([problem], "no backup was made");
  }
  refuseStackName("backup", file, "no backup was made");
  const id = await databaseOf(engine, owner);
  const partial = `${file}.${String(process.pid)}.partial`;
  try {
    await dump(id, partial);
    takeName(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
  return statSync(file).size;
}

/** Writes a database into a new file, and waits until the disk has it. */
async function dump(id: string, file: string): Promise<void> {
  const output = openSync(file, "wx", 0o600);
  try {
    const { code, stderr } = await inContainer(id, ["pg_dump", ...CONNECTION, "--no-acl", "--format=custom"], {
      output,
    });
    if (code !== 0) throw new Error(`no backup was made: ${stderr.trim() || `pg_dump ended with ${String(code)}`}`);
    fsyncSync(output);
  } finally {
    // Before it gets its name: some network shares rename no open file.
    closeSync(output);
  }
}

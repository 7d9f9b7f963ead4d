import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from "node:fs";
import { CONNECTION, databaseOf, inContainer } from "../stack/postgres.ts";

/** The file of a backup that is given no name: stack and time, as "morgan-dev-2026-11-24T15-04-05Z.dump". */
export function backupName(stack: string, time: Date): string {
  return `morgan-${stack}-${time.toISOString().slice(0, 19).replaceAll(":", "-")}Z.dump`;
}

/**
 * Writes a stack's database into a file, as it is at one moment; requests go on meanwhile. The file is there when it is
 * whole, and only its owner may read it.
 *
 * @returns its size in bytes.
 * @throws Error where the file is there already, the stack is not up, or PostgreSQL refuses.
 */
export async function backup(stack: string, file: string): Promise<number> {
  if (existsSync(file)) throw new Error(`${file} is there already: name another file, or move it away`);
  const id = await databaseOf(stack);
  const partial = `${file}.${String(process.pid)}.partial`;
  const output = openSync(partial, "wx", 0o600);
  // An interrupt ends the dump, which this waits for: else it would leave the partial file.
  const wait = (): void => undefined;
  process.on("SIGINT", wait);
  try {
    const { code, stderr } = await inContainer(id, ["pg_dump", ...CONNECTION, "--format=custom"], { output });
    if (code !== 0) throw new Error(`no backup was made: ${stderr.trim() || `pg_dump ended with ${String(code)}`}`);
    fsyncSync(output);
    // Unlike a renaming it fails where another file has come there meanwhile.
    linkSync(partial, file);
  } finally {
    process.off("SIGINT", wait);
    closeSync(output);
    rmSync(partial);
  }
  return statSync(file).size;
}

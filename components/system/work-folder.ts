import { mkdtempSync, rmSync } from "node:fs";

/**
 * Gives `use` a new folder that only this user can read, and removes it afterwards, also if a signal ends this process.
 */
export async function withWorkFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(`${parent}/morgan-`);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  const end = (): void => {
    process.exit(1);
  };
  process.once("exit", remove);
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    return await use(folder);
  } finally {
    remove();
    process.off("exit", remove);
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

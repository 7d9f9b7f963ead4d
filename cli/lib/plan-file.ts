import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs an action during which the program, which Pulumi starts, hands over a value in a file. The action gets a function
 * that returns the value; undefined as long as there is none. The file's name is in the environment: it is no part of a
 * plan.
 */
async function withFile<T>(variable: string, action: (read: () => unknown) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-plan-"));
  const file = join(folder, "value.json");
  process.env[variable] = file;
  try {
    return await action(() => (existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined));
  } finally {
    Reflect.deleteProperty(process.env, variable);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs an action during which the program hands over its plan. */
export function withPlanFile<T>(action: (read: () => unknown) => Promise<T>): Promise<T> {
  return withFile("MORGAN_PLAN_FILE", action);
}

/** Runs an action during which the program hands over what has moved upstream. */
export function withOutdatedFile<T>(action: (read: () => unknown) => Promise<T>): Promise<T> {
  return withFile("MORGAN_OUTDATED_FILE", action);
}

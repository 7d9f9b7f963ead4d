import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs an action during which the program, which Pulumi starts, hands over its plan. The action gets a function that
 * returns the plan; undefined as long as there is none. The file's name is in the environment: it is no part of a plan.
 */
export async function withPlanFile<T>(action: (read: () => unknown) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-plan-"));
  const file = join(folder, "plan.json");
  process.env["MORGAN_PLAN_FILE"] = file;
  try {
    return await action(() => (existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined));
  } finally {
    delete process.env["MORGAN_PLAN_FILE"];
    rmSync(folder, { recursive: true, force: true });
  }
}

import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "./process.ts";
import { cacheDir, python } from "./python.ts";

/** The folders that hold Python. */
const PYTHON_FOLDERS = ["services", "components", "test/python"];

/** Runs a tool of node_modules with the Node that runs this program. */
export function tool(name: string, ...args: readonly string[]): Promise<number> {
  return run(process.execPath, [join("node_modules", ".bin", name), ...args]);
}

/** Runs ruff on everything that is written in Python. */
export async function ruff(...args: readonly string[]): Promise<number> {
  return run(await python(), ["-m", "ruff", ...args, ...PYTHON_FOLDERS]);
}

/** Checks the types of the services' code with mypy. Keeps no cache in the checkout. */
export async function mypy(): Promise<number> {
  return run(await python(), ["-m", "mypy", "--cache-dir", join(cacheDir, "mypy")]);
}

/** Checks the workflows with actionlint, which Go builds at the version that its module pins. */
export function actionlint(): Promise<number> {
  const workflows = readdirSync(WORKFLOWS).map((file) => resolve(WORKFLOWS, file));
  return run("go", ["-C", join("test", "harness", "actionlint"), "tool", "actionlint", ...workflows]);
}

const WORKFLOWS = join(".github", "workflows");

/** Returns the exit code of `execute`, or prints its error and returns 1. */
export async function orFailure(execute: () => Promise<number>): Promise<number> {
  try {
    return await execute();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

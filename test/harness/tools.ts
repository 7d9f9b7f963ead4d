import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "./process.ts";
import { cacheDir, python } from "./python.ts";

/** The folders that hold Python. */
const PYTHON_FOLDERS = ["services", "components", "docs", "test/integration/support", "test/python"];

/** Runs a tool of node_modules with the Node that runs this program. */
export function tool(name: string, ...args: readonly string[]): Promise<number> {
  return run(process.execPath, [programOf(name), ...args]);
}

/** Returns the file of a package's program. `node_modules/.bin` has shell scripts on Windows. */
export function programOf(name: string, from = PACKAGES[name] ?? name): string {
  const folder = join("node_modules", from);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: Record<string, string> | string;
  };
  return join(folder, typeof bin === "string" ? bin : (bin[name] ?? ""));
}

/** The packages of programs that have another name. */
const PACKAGES: Readonly<Record<string, string>> = { tsc: "typescript" };

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
  // If shellcheck or pyflakes is installed, actionlint would use it, and report more than on other machines.
  const alike = ["-shellcheck=", "-pyflakes="];
  return run("go", ["-C", join("test", "harness", "actionlint"), "tool", "actionlint", ...alike, ...workflows]);
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

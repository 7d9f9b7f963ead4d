import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { run } from "./process.ts";

const lock = "requirements/dev.txt";

/** Where downloads and environments are kept between runs. */
export const cacheDir = cacheFolder(process.env);

let interpreter: Promise<string> | undefined;

/** The interpreter of a virtual environment that holds exactly what requirements/dev.txt locks; made once per lock. */
export function python(): Promise<string> {
  return (interpreter ??= locate());
}

async function locate(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 16);
  const home = join(cacheDir, "venv", hash);
  if (!existsSync(home)) await createEnvironment(home);
  return join(home, "bin", "python");
}

/** Builds it beside its place and moves it there, so that an interrupted run leaves nothing that looks finished. */
async function createEnvironment(home: string): Promise<void> {
  const draft = `${home}.${process.pid}`;
  console.log(`Installing ${lock} into ${home}`);
  try {
    // The version for which requirements/ is locked.
    await uv("venv", "--quiet", "--relocatable", "--python", "3.11", draft);
    await uv("pip", "sync", "--quiet", "--python", draft, "--require-hashes", lock);
    renameSync(draft, home);
  } catch (error) {
    // Another run may have been first; its environment is as good.
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function uv(...args: readonly string[]): Promise<void> {
  const command = process.env["MORGAN_UV"] ?? "uv";
  // uv brings its own certificate store, which lacks a company's CA; the system's has it.
  const exitCode = await run(command, args, { UV_SYSTEM_CERTS: process.env["UV_SYSTEM_CERTS"] ?? "true" });
  if (exitCode !== 0) throw new Error(`"${command} ${args.join(" ")}" ended with exit code ${exitCode}.`);
}

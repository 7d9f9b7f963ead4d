import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { run } from "./process.ts";

const lock = "requirements/dev.txt";

/** The folder that keeps downloads and environments between runs. */
export const cacheDir = cacheFolder(process.env);

let interpreter: Promise<string> | undefined;

/** Returns the interpreter of a virtual environment with the packages of requirements/dev.txt. Makes it once a lock. */
export function python(): Promise<string> {
  return (interpreter ??= locate());
}

async function locate(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 16);
  const home = join(cacheDir, "venv", hash);
  if (!existsSync(home)) await createEnvironment(home);
  return join(home, "bin", "python");
}

/** Makes the environment beside its place and moves it there, so that an interrupted run leaves no incomplete one. */
async function createEnvironment(home: string): Promise<void> {
  const draft = `${home}.${process.pid}`;
  console.log(`Installing ${lock} into ${home}`);
  try {
    // The version for which requirements/ is locked.
    await uv("venv", "--quiet", "--relocatable", "--python", "3.11", draft);
    await uv("pip", "sync", "--quiet", "--python", draft, "--require-hashes", lock);
    renameSync(draft, home);
  } catch (error) {
    // Another run may have made the same environment meanwhile.
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function uv(...args: readonly string[]): Promise<void> {
  const command = process.env["MORGAN_UV"] ?? "uv";
  // uv 0.13.9 uses a certificate store of its own, which lacks a company's CA. The store of the system has it.
  const exitCode = await run(command, args, { UV_SYSTEM_CERTS: process.env["UV_SYSTEM_CERTS"] ?? "true" });
  if (exitCode !== 0) throw new Error(`"${command} ${args.join(" ")}" ended with exit code ${exitCode}.`);
}

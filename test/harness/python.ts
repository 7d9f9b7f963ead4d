import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CUDA_VERSIONS } from "../../components/catalog/cuda-version.ts";
import { selectServices } from "../../components/catalog/select.ts";
import { catalog } from "../../services/catalog.ts";
import { cacheFolder, setting } from "../../toolchain/lib/paths.mjs";
import { run } from "./process.ts";

/** The lock files of the test tools, and of what each service of the catalog runs on a CPU. */
function lockFiles(): readonly string[] {
  const selection = { services: Object.keys(catalog), accelerator: "cpu", cudaVersion: CUDA_VERSIONS[0] } as const;
  const names = selectServices(catalog, selection).flatMap(({ variant }) => variant.lockFiles);
  return [...new Set(["dev", ...names])].map((name) => `requirements/${name}.txt`);
}

/** The folder that keeps downloads and environments between runs. */
export const cacheDir = cacheFolder(process.env);

let interpreter: Promise<string> | undefined;

/** Returns the interpreter of a virtual environment for the services' tests. Makes it again if a lock file changes. */
export function python(): Promise<string> {
  return (interpreter ??= locate());
}

async function locate(): Promise<string> {
  const locks = lockFiles();
  const hash = createHash("sha256");
  for (const lock of locks) hash.update(readFileSync(lock));
  const home = join(cacheDir, "venv", hash.digest("hex").slice(0, 16));
  if (!existsSync(home)) await createEnvironment(home, locks);
  return process.platform === "win32" ? join(home, "Scripts", "python.exe") : join(home, "bin", "python");
}

/** Makes the environment beside its place and moves it there, so that an interrupted run leaves no incomplete one. */
async function createEnvironment(home: string, locks: readonly string[]): Promise<void> {
  const draft = `${home}.${process.pid}`;
  console.log(`Installing ${locks.join(", ")} into ${home}`);
  try {
    // The version for which requirements/ is locked.
    await uv("venv", "--quiet", "--relocatable", "--python", "3.11", draft);
    await uv("pip", "sync", "--quiet", "--python", draft, "--require-hashes", ...locks);
    renameSync(draft, home);
  } catch (error) {
    // Another run may have made the same environment meanwhile.
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function uv(...args: readonly string[]): Promise<void> {
  const command = setting(process.env, "MORGAN_UV") ?? "uv";
  // uv 0.13.9 uses a certificate store of its own, which lacks a company's CA. The store of the system has it.
  const exitCode = await run(command, args, { UV_SYSTEM_CERTS: process.env["UV_SYSTEM_CERTS"] ?? "true" });
  if (exitCode !== 0) throw new Error(`"${command} ${args.join(" ")}" ended with exit code ${exitCode}.`);
}

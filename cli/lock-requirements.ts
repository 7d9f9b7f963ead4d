import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { messageOf, throwProblems } from "../components/lib/errors.ts";
import { checkInputs, includeOrder, readRequirementSet } from "../components/requirements/inputs.ts";
import {
  effectiveOverrides,
  lockOptions,
  parseLock,
  sealLock,
  unpinnedLines,
} from "../components/requirements/lock.ts";
import { setting } from "../toolchain/lib/paths.mjs";
import { execute } from "./lib/run-program.ts";
import { Interrupted } from "./lib/signals.ts";

const folder = fileURLToPath(new URL("../requirements/", import.meta.url));

/** Writes every lock file of the requirements folder; with `upgrade`, indirect dependencies move to newer versions. */
async function lockAll(upgrade: boolean): Promise<void> {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".in"))
    .map((file) => file.slice(0, -".in".length))
    .sort();
  throwProblems(checkInputs(names, read), "no lock file was written");
  const preferred = new Map<string, string>();
  for (const name of includeOrder(names, read)) {
    const previous = upgrade ? "" : (read(`${name}.txt`) ?? "");
    const started = performance.now();
    const text = await compile(name, new Map([...versions(previous), ...preferred]));
    writeAtomically(`${name}.txt`, text);
    for (const [pkg, version] of versions(text)) preferred.set(pkg, version);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`requirements/${name}.txt: ${parseLock(text).length} packages, ${seconds} s`);
  }
}

/**
 * Preferences keep siblings on the same versions. The parents' lock files are constraints, because their layers are
 * shared.
 */
async function compile(name: string, preferred: ReadonlyMap<string, string>): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), "morgan-lock-"));
  try {
    const output = join(scratch, "lock.txt");
    const overrides = join(scratch, "overrides.txt");
    writeFileSync(output, [...preferred].map(([pkg, version]) => `${pkg}==${version}\n`).join(""));
    writeFileSync(overrides, effectiveOverrides(name, read).join("\n"));
    const parents = readRequirementSet(name, read).includes;
    const constraints = parents.flatMap((parent) => ["--constraints", `${parent}.txt`]);
    const layout = ["--quiet", "--no-header", "--no-annotate", "--output-file", output];
    const { code } = await execute(
      setting(process.env, "MORGAN_UV") ?? "uv",
      ["pip", "compile", ...lockOptions, "--overrides", overrides, ...constraints, ...layout, `${name}.in`],
      { cwd: folder, env: withSystemCertificates(), show: true },
    );
    if (code !== 0) throw new Error(`requirements/${name}.in cannot be locked: uv ended with ${String(code)}`);
    const entries = readFileSync(output, "utf8");
    refuseUnpinned(name, entries);
    return sealLock(name, entries, read);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Refuses packages for which the index gives no hash: a build would refuse them, and another lock would not differ. */
function refuseUnpinned(name: string, entries: string): void {
  const found = unpinnedLines(entries).join(", ");
  if (found === "") return;
  const key = `requirements/${name}.in`;
  const expected = "a package index that gives a sha256, sha384 or sha512 for every wheel";
  const fix = "lock from another index: UV_DEFAULT_INDEX=URL npm run lock; name the same index in morgan:pypiIndex";
  throwProblems([{ key, expected, found, fix }], `requirements/${name}.txt was not written`);
}

/** uv has its own certificate store, which lacks a company's CA; the system's store has that CA. */
function withSystemCertificates(): NodeJS.ProcessEnv {
  return { UV_SYSTEM_CERTS: "true", ...process.env };
}

function versions(lock: string): ReadonlyMap<string, string> {
  return new Map(parseLock(lock).map(({ name, version }) => [name, version]));
}

function writeAtomically(fileName: string, text: string): void {
  const partial = join(folder, `.${fileName}.partial`);
  writeFileSync(partial, text);
  renameSync(partial, join(folder, fileName));
}

function read(fileName: string): string | undefined {
  try {
    return readFileSync(join(folder, fileName), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

try {
  await lockAll(process.argv.includes("--upgrade"));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
}

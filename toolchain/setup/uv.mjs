// Installs uv for this machine, which locks the Python requirements and makes the environment of the Python tests. It
// installs uv for the engine too, which builds mount.
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../lib/files.mjs";
import { engineAddress } from "../lib/engine-address.mjs";
import { TOOLCHAIN, setting } from "../lib/paths.mjs";
import { outputOf, run } from "../lib/process.mjs";
import { missing, print } from "../lib/report.mjs";
import { UV_VERSION } from "../lib/versions.mjs";
import { aptInstall, canUseApt } from "./apt.mjs";
import { engineInfo } from "./engine-api.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

const PYTHON = process.platform === "win32" ? "python" : "python3";

/**
 * Wheels of uv for containers, by the engine's architecture, with Node's names of the platforms. They run with the C
 * library of Debian 12.
 * @type {Readonly<Record<string, { platform: string, tag: string }>>}
 */
const WHEELS = {
  x86_64: { platform: "linux-x64", tag: "manylinux_2_17_x86_64" },
  aarch64: { platform: "linux-arm64", tag: "manylinux_2_28_aarch64" },
};

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function installUv(at, env) {
  if (setting(env, "MORGAN_UV") !== undefined || existsSync(at.uv)) return;
  await ensurePip(at);
  print(`installing uv ${UV_VERSION} for this project only (about 10 s)`);
  await makeFolder(dirname(at.uv), async (folder) => {
    const wheel = join(folder, "wheel");
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
    const pinned = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", wheel];
    await run(PYTHON, [...pip, ...pinned, "-r", join(TOOLCHAIN, "uv", "requirements.txt")], {
      log: join(at.logs, "uv.log"),
    });
    const program = basename(at.uv);
    renameSync(join(wheel, "bin", program), join(folder, program));
    chmodSync(join(folder, program), 0o755);
    rmSync(wheel, { recursive: true });
  });
}

/**
 * Puts uv for the engine's platform beside the machine's own uv, if the platforms differ: a Mac, Windows, or an engine
 * with another architecture.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function installUvForBuilds(at, env) {
  if (setting(env, "MORGAN_UV") !== undefined) return;
  const answer = await engineInfo(engineAddress(env), env);
  const wheel = wheelFor("info" in answer ? (answer.info.Architecture ?? "") : "");
  if (wheel !== undefined) await downloadUv(at, wheel);
}

/**
 * Returns the wheel that builds need; undefined if the machine's own uv serves, or if there is none for the engine.
 * @param {string} architecture
 */
export function wheelFor(architecture, platform = `${process.platform}-${process.arch}`) {
  const wheel = WHEELS[architecture];
  return wheel?.platform === platform ? undefined : wheel;
}

/**
 * @param {Paths} at
 * @param {{ platform: string, tag: string }} wheel
 */
export async function downloadUv(at, { platform, tag }) {
  const target = join(dirname(at.uv), platform);
  if (existsSync(join(target, "uv"))) return;
  await ensurePip(at);
  print(`downloading uv ${UV_VERSION} of ${platform} for builds (about 10 s)`);
  await makeFolder(target, async (folder) => {
    const parts = join(folder, "wheel");
    const pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", parts];
    const pinned = ["--platform", tag, "--require-hashes", "--only-binary", ":all:", "--no-deps"];
    const log = join(at.logs, "uv.log");
    await run(PYTHON, [...pip, ...pinned, "-r", join(TOOLCHAIN, "uv", "requirements.txt")], { log });
    // A wheel is a zip archive, which Python's own module can extract on every system.
    for (const file of readdirSync(parts))
      await run(PYTHON, ["-m", "zipfile", "-e", join(parts, file), parts], { log });
    renameSync(join(parts, `uv-${UV_VERSION}.data`, "scripts", "uv"), join(folder, "uv"));
    rmSync(parts, { recursive: true });
    chmodSync(join(folder, "uv"), 0o755);
  });
}

/** @param {Paths} at */
async function ensurePip(at) {
  if (outputOf(PYTHON, ["-m", "pip", "--version"]) !== undefined) return;
  if (!canUseApt()) throw missing("Python 3 with pip, which installs uv");
  print("installing Python's pip (about 20 s)");
  await aptInstall(at, ["python3-pip"]);
}

// Installs uv, which locks the Python requirements and makes the environment of the Python tests.
import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../lib/files.mjs";
import { TOOLCHAIN, setting } from "../lib/paths.mjs";
import { outputOf, run } from "../lib/process.mjs";
import { missing, print } from "../lib/report.mjs";
import { UV_VERSION } from "../lib/versions.mjs";
import { aptInstall, canUseApt } from "./apt.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

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
    await run("python3", [...pip, ...pinned, "-r", join(TOOLCHAIN, "uv", "requirements.txt")], {
      log: join(at.logs, "uv.log"),
    });
    renameSync(join(wheel, "bin", "uv"), join(folder, "uv"));
    chmodSync(join(folder, "uv"), 0o755);
    rmSync(wheel, { recursive: true });
  });
}

/** @param {Paths} at */
async function ensurePip(at) {
  if (outputOf("python3", ["-m", "pip", "--version"]) !== undefined) return;
  if (!canUseApt()) throw missing("Python 3 with pip, which installs uv");
  print("installing Python's pip (about 20 s)");
  await aptInstall(at, ["python3-pip"]);
}

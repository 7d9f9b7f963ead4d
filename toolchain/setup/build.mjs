// Builds Pulumi from Go modules, for a machine that reaches no host but module proxies. Each program is built by itself
// and moved into place, so an interruption loses one program at most. Go keeps what it has compiled.
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { GO_BUILDS, buildFlags } from "../lib/go-builds.mjs";
import { TOOLCHAIN } from "../lib/paths.mjs";
import { run } from "../lib/process.mjs";
import { print } from "../lib/report.mjs";

/** @import { GoBuild } from "../lib/go-builds.mjs" */
/** @import { Paths } from "../lib/paths.mjs" */

/** @param {Paths} at */
export async function buildToolchain(at) {
  const missing = GO_BUILDS.filter(({ output }) => !existsSync(join(at.toolchain, output)));
  const minutes = missing.reduce((sum, build) => sum + build.minutes, 0);
  if (missing.length > 0)
    print(`building Pulumi from Go modules, once for all checkouts (about ${minutes} min on 2 cores)`);
  for (const build of missing) await buildProgram(at, build);
  installWrapper(at);
}

/**
 * @param {Paths} at
 * @param {GoBuild} build
 */
async function buildProgram(at, build) {
  const { module, version, minutes } = build;
  print(`  ${module} ${version} (about ${minutes} min)`);
  const output = join(at.toolchain, build.output);
  const temporary = join(at.toolchain, `${module}.part-${process.pid}`);
  try {
    await run("go", ["build", ...buildFlags(build), "-o", temporary, build.source], {
      cwd: join(TOOLCHAIN, module),
      log: join(at.logs, `build-${module}.log`),
    });
    mkdirSync(dirname(output), { recursive: true });
    renameSync(temporary, output);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @param {Paths} at */
function installWrapper(at) {
  const wrapper = join(at.toolchainBin, "pulumi-language-nodejs");
  copyFileSync(join(TOOLCHAIN, "language-nodejs", "pulumi-language-nodejs"), wrapper);
  chmodSync(wrapper, 0o755);
}

// Pulumi from Go modules, for machines that reach module proxies only. Each binary is built by itself and put in place
// when it is done, so an interruption loses at most one; Go keeps what it compiled.
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { TOOLCHAIN } from "../paths.mjs";
import { PLUGINS, PULUMI_VERSION } from "../versions.mjs";
import { run } from "./process.mjs";
import { say } from "./report.mjs";

/** @import { Paths } from "../paths.mjs" */
/** @typedef {{ module: string, source: string, variable: string, version: string, output: string, tags?: string, minutes: number }} Build */

const PULUMI_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * What to build: the folder with go.mod, the package in it, the variable that holds its version, where it goes.
 * @param {Paths} at
 * @returns {Build[]}
 */
export function builds(at) {
  /** @type {(name: keyof typeof PLUGINS, source: Pick<Build, "source" | "variable" | "tags" | "minutes">) => Build} */
  const plugin = (name, source) => ({
    module: `provider-${name}`,
    version: PLUGINS[name],
    output: join(at.pulumiHome, "plugins", `resource-${name}-v${PLUGINS[name]}`, `pulumi-resource-${name}`),
    ...source,
  });
  return [
    {
      module: "pulumi",
      source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      variable: PULUMI_VERSION_VARIABLE,
      version: PULUMI_VERSION,
      output: join(at.toolchainBin, "pulumi"),
      minutes: 5,
    },
    {
      module: "language-nodejs",
      source: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      variable: PULUMI_VERSION_VARIABLE,
      version: PULUMI_VERSION,
      output: join(at.toolchainBin, "pulumi-language-nodejs-host"),
      minutes: 1,
    },
    plugin("docker-build", {
      source: "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build",
      variable: "github.com/pulumi/pulumi-docker-build/provider.Version",
      minutes: 2,
    }),
    // The upstream's compose resources would treble the build; no SDK of Pulumi knows them.
    plugin("docker", { source: ".", variable: "main.Version", tags: "no_compose", minutes: 3 }),
    plugin("command", { source: ".", variable: "main.Version", minutes: 1 }),
  ];
}

/** @param {Paths} at */
export async function buildToolchain(at) {
  const missing = builds(at).filter(({ output }) => !existsSync(output));
  const minutes = missing.reduce((sum, build) => sum + build.minutes, 0);
  if (missing.length > 0)
    say(`building Pulumi from Go modules, once for all checkouts (about ${minutes} min on 2 cores)`);
  for (const build of missing) await buildBinary(at, build);
  installWrapper(at);
}

/**
 * @param {Paths} at
 * @param {Build} build
 */
async function buildBinary(at, { module, source, variable, version, output, tags = "", minutes }) {
  say(`  ${module} ${version} (about ${minutes} min)`);
  const temporary = join(at.toolchain, `${module}.part-${process.pid}`);
  const flags = [
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-tags",
    tags,
    "-ldflags",
    `-s -w -X ${variable}=${version}`,
  ];
  try {
    await run("go", ["build", ...flags, "-o", temporary, source], {
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

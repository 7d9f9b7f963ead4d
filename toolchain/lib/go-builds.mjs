// The programs that set-up builds from Go modules. They are data, so that the toolchain's hash covers what decides
// their bytes and nothing else.
import { PLUGINS, PULUMI_VERSION } from "./versions.mjs";

/**
 * @typedef {object} GoBuild
 * @property {string} module The folder of toolchain/ that holds go.mod.
 * @property {string} source The Go package of the program.
 * @property {string} variable The Go variable that holds the version.
 * @property {string} version
 * @property {string} output The program's path in the built toolchain.
 * @property {number} minutes The time that a build takes on 2 cores.
 * @property {string} [tags] Build tags.
 */

/** Folders of the built toolchain: programs for PATH, and a home of Pulumi that holds the plugins. */
export const BIN = "bin";
export const HOME = "home";

const PULUMI_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** @type {(name: keyof typeof PLUGINS, build: Pick<GoBuild, "source" | "variable" | "tags" | "minutes">) => GoBuild} */
const plugin = (name, build) => ({
  module: `provider-${name}`,
  version: PLUGINS[name],
  output: `${HOME}/plugins/resource-${name}-v${PLUGINS[name]}/pulumi-resource-${name}`,
  ...build,
});

/** @type {readonly GoBuild[]} */
export const GO_BUILDS = [
  {
    module: "pulumi",
    source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    variable: PULUMI_VERSION_VARIABLE,
    version: PULUMI_VERSION,
    output: `${BIN}/pulumi`,
    minutes: 5,
  },
  {
    module: "language-nodejs",
    source: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    variable: PULUMI_VERSION_VARIABLE,
    version: PULUMI_VERSION,
    output: `${BIN}/pulumi-language-nodejs-host`,
    minutes: 1,
  },
  plugin("docker-build", {
    source: "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build",
    variable: "github.com/pulumi/pulumi-docker-build/provider.Version",
    minutes: 2,
  }),
  // The upstream's compose resources make the build much longer, and Pulumi's SDK for TypeScript has none of them.
  plugin("docker", { source: ".", variable: "main.Version", tags: "no_compose", minutes: 3 }),
  plugin("command", { source: ".", variable: "main.Version", minutes: 1 }),
];

/** @param {GoBuild} build */
export function buildFlags({ variable, version, tags = "" }) {
  const linker = `-s -w -X ${variable}=${version}`;
  return ["-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", tags, "-ldflags", linker];
}

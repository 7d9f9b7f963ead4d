// The places of set-up's files. The cache of a user serves every checkout, `.morgan/` serves the stacks of one
// checkout.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BIN, GO_BUILDS, HOME, buildFlags } from "./go-builds.mjs";
import { NODE_MINIMUM, NODE_VERSION, UV_VERSION } from "./versions.mjs";

export const TOOLCHAIN = dirname(dirname(fileURLToPath(import.meta.url)));

/** @typedef {ReturnType<typeof paths>} Paths */

/**
 * Returns the folder that keeps downloads and builds between runs, for all checkouts of a user.
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(env) {
  return join(setting(env, "XDG_CACHE_HOME") ?? join(home(env), ".cache"), "morgan");
}

/** @param {{ root: string, env: NodeJS.ProcessEnv }} options */
export function paths({ root, env }) {
  const cache = cacheFolder(env);
  const toolchain = join(cache, "toolchain", toolchainHash());
  const node = join(cache, "node", NODE_VERSION);
  return {
    root,
    cache,
    toolchain,
    toolchainBin: join(toolchain, BIN),
    pulumiHome: join(toolchain, HOME),
    node,
    nodeBin: join(node, "node_modules", `node-${process.platform}-${process.arch}`, "bin"),
    uv: join(cache, "uv", UV_VERSION, process.platform === "win32" ? "uv.exe" : "uv"),
    clients: join(cache, "clients"),
    nodeCompile: join(cache, "node-compile"),
    logs: join(cache, "logs"),
    engine: join(cache, "engine"),
    state: join(root, ".morgan", "state"),
    certificates: join(root, ".morgan", "certs"),
    runs: join(root, ".morgan", "runs"),
    passphrase: join(root, ".morgan", "passphrase"),
    machine: join(root, ".morgan", "machine.json"),
  };
}

/**
 * Returns the value of a variable. An empty value counts as none.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
export function setting(env, name) {
  return env[name] === "" ? undefined : env[name];
}

/** @param {NodeJS.ProcessEnv} env */
export function home(env) {
  return setting(env, "HOME") ?? homedir();
}

/** @param {string} version */
export function isNativeTypeScript(version) {
  return Number.parseInt(version, 10) >= NODE_MINIMUM;
}

/**
 * Returns the folder of the Node that runs the program: this Node if it is new enough, else the Node of set-up.
 * @param {Paths} at
 */
export function nodeDirectory(at) {
  return isNativeTypeScript(process.versions.node) ? dirname(process.execPath) : at.nodeBin;
}

/** @param {Paths} at */
export function toolchainComplete(at) {
  return existsSync(join(at.toolchain, "complete"));
}

/** @type {string | undefined} */
let hash;
/**
 * Returns a hash of the sources, versions and flags of the Go modules. It names the folder of the built programs, so
 * checkouts with different sources do not disturb each other.
 */
export function toolchainHash() {
  return (hash ??= hashBuilds());
}

function hashBuilds() {
  const builds = GO_BUILDS.map((build) => [build.module, build.source, build.output, buildFlags(build)]);
  const digest = createHash("sha256").update(JSON.stringify(builds));
  for (const file of GO_BUILDS.flatMap(({ module }) => sources(join(TOOLCHAIN, module))))
    digest.update(file.slice(TOOLCHAIN.length)).update("\0").update(readFileSync(file)).update("\0");
  return digest.digest("hex").slice(0, 16);
}

/**
 * Returns the files below a folder. Node before 18.17 has no option for that.
 * @param {string} folder
 * @returns {string[]}
 */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((file) => !file.endsWith("_test.go"))
    .sort();
}

// Where set-up keeps things: per user what any checkout can share, per checkout what belongs to its stacks.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NODE_MINIMUM, NODE_VERSION, PLUGINS, PULUMI_VERSION, UV_VERSION } from "./versions.mjs";

export const TOOLCHAIN = dirname(fileURLToPath(import.meta.url));

/** Go modules in the order they are built: one binary each, so that an interruption loses at most one. */
export const GO_MODULES = ["pulumi", "language-nodejs", "provider-docker-build", "provider-docker", "provider-command"];

/** @typedef {ReturnType<typeof paths>} Paths */

/**
 * Where downloads and what is built from them are kept between runs, for all checkouts of a user.
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
    toolchainBin: join(toolchain, "bin"),
    pulumiHome: join(toolchain, "home"),
    node,
    nodeBin: join(node, "node_modules", `node-${process.platform}-${process.arch}`, "bin"),
    uv: join(cache, "uv", UV_VERSION, "uv"),
    clients: join(cache, "clients"),
    nodeCompile: join(cache, "node-compile"),
    logs: join(cache, "logs"),
    engine: join(cache, "engine"),
    state: join(root, ".morgan", "state"),
    certificates: join(root, ".morgan", "certs"),
    passphrase: join(root, ".morgan", "passphrase"),
    machine: join(root, ".morgan", "machine.json"),
  };
}

/**
 * A variable that is set to nothing counts as not set.
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
 * The Node that runs the program: this one if it is new enough, else the one set-up installs.
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
/** A name for what the Go modules build: other sources, another folder, so that checkouts do not disturb each other. */
export function toolchainHash() {
  hash ??= hashFiles([
    join(TOOLCHAIN, "setup", "build.mjs"),
    ...GO_MODULES.flatMap((name) => sources(join(TOOLCHAIN, name))),
  ]);
  return hash;
}

/** @param {string} folder */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** @param {string[]} files */
function hashFiles(files) {
  const digest = createHash("sha256").update(JSON.stringify([PULUMI_VERSION, PLUGINS]));
  for (const file of files)
    digest.update(file.slice(TOOLCHAIN.length)).update("\0").update(readFileSync(file)).update("\0");
  return digest.digest("hex").slice(0, 16);
}

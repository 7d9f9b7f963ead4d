// Installs the project's npm packages, and a Node that runs TypeScript natively.
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lib/file-lock.mjs";
import { makeFolder, readJson } from "../lib/files.mjs";
import { TOOLCHAIN, isNativeTypeScript } from "../lib/paths.mjs";
import { run } from "../lib/process.mjs";
import { missing, print } from "../lib/report.mjs";
import { NODE_MINIMUM, NODE_VERSION } from "../lib/versions.mjs";

/** @import { Paths } from "../lib/paths.mjs" */
/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/** @param {Paths} at */
export async function installPackages(at) {
  if (packagesInstalled(at.root)) return;
  await withLock(join(at.root, ".morgan", "npm.lock"), async () => {
    if (packagesInstalled(at.root)) return;
    print("installing npm packages from package-lock.json (about 20 s)");
    await npmCi(at.root, join(at.logs, "npm.log"));
  });
}

/** @param {Paths} at */
export async function installNode(at) {
  if (isNativeTypeScript(process.versions.node) || existsSync(join(at.nodeBin, "node"))) return;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw missing(`Node ${NODE_MINIMUM} or newer, which runs TypeScript natively (this is ${process.versions.node})`);
  }
  print(`installing Node ${NODE_VERSION} for this project only; yours is ${process.versions.node} (about 10 s)`);
  await makeFolder(at.node, async (folder) => {
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(TOOLCHAIN, "node", file), join(folder, file));
    await npmCi(folder, join(at.logs, "node.log"));
  });
}

/**
 * @param {string} folder
 * @param {string} log
 */
function npmCi(folder, log) {
  return run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, log });
}

/** @param {string} root */
function packagesInstalled(root) {
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  return installed !== undefined && sameTree(lockedPackages(join(root, "package-lock.json")) ?? {}, installed);
}

/**
 * npm 11 writes the lock file in node_modules last, so an interrupted installation has none.
 * @param {string} file
 * @returns {Packages | undefined}
 */
function lockedPackages(file) {
  const lock = /** @type {{ packages: Packages } | undefined} */ (readJson(file));
  return lock?.packages;
}

/**
 * Returns true if the installed packages are the wanted packages. Optional packages may be absent, because npm leaves
 * out the packages of other platforms.
 * @param {Packages} wanted
 * @param {Packages} installed
 */
export function sameTree(wanted, installed) {
  const packages = Object.entries(wanted).filter(([path]) => path !== "");
  return (
    packages.every(([path, { version, optional }]) => {
      const found = installed[path];
      return found ? found.version === version : optional === true;
    }) && Object.keys(installed).every((path) => path in wanted)
  );
}

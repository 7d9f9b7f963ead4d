// The project's npm packages, and a Node that runs TypeScript natively.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TOOLCHAIN, isNativeTypeScript } from "../paths.mjs";
import { NODE_MINIMUM, NODE_VERSION } from "../versions.mjs";
import { makeFolder } from "./files.mjs";
import { withLock } from "./lock.mjs";
import { run } from "./process.mjs";
import { SetupError, say } from "./report.mjs";

export async function installPackages(at) {
  if (packagesInstalled(at.root)) return;
  await withLock(join(at.root, ".morgan", "npm.lock"), async () => {
    if (packagesInstalled(at.root)) return;
    say("installing npm packages from package-lock.json (about 20 s)");
    await npmCi(at.root, join(at.logs, "npm.log"));
  });
}

export async function installNode(at) {
  if (isNativeTypeScript(process.versions.node) || existsSync(join(at.nodeBin, "node"))) return;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new SetupError(`Node ${NODE_MINIMUM} or newer, which runs TypeScript natively (this is ${process.versions.node})`);
  }
  say(`installing Node ${NODE_VERSION} for this project only; yours is ${process.versions.node} (about 10 s)`);
  await makeFolder(at.node, async (folder) => {
    for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(TOOLCHAIN, "node", file), join(folder, file));
    await npmCi(folder, join(at.logs, "node.log"));
  });
}

function npmCi(folder, log) {
  return run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, log });
}

function packagesInstalled(root) {
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  return installed !== undefined && sameTree(lockedPackages(join(root, "package-lock.json")) ?? {}, installed);
}

// npm writes the inner lock file last, so a tree that an interruption cut short has none.
function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}

/** Optional packages may be absent: npm leaves out those of other platforms. */
export function sameTree(wanted, installed) {
  const { "": _project, ...packages } = wanted;
  return (
    Object.entries(packages).every(([path, { version, optional }]) => (installed[path] ? installed[path].version === version : optional)) &&
    Object.keys(installed).every((path) => path in packages)
  );
}

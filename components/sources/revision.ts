import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { RunProgram } from "../system/run-program.ts";
import { isLeftOut, listSources, type Source, type Sources } from "./list.ts";

/** Files and folders of the project that decide what is in an image. */
const DECIDING = [
  ["Pulumi.yaml", "index.ts", "package.json", "package-lock.json"],
  ["components", "requirements", "services", "toolchain"],
].flat();

/**
 * Options of git. The program of this checkout runs already, so its owner is trusted: git would refuse a checkout of
 * another user. Replaced objects would hide another content.
 */
const GIT = ["--no-replace-objects", "-c", "safe.directory=*"];

/** A file of a commit: git's mode, and the id of its content. */
interface Committed {
  readonly mode: string;
  readonly id: string;
}

/**
 * Returns the commit of the sources in a project folder, with "+" if a file that decides what is in an image differs
 * from it. Every file is compared, byte for byte: git's own comparison skips files that it ignores or was told to take
 * for unchanged, and ends of lines. Empty outside of a checkout; undefined if git cannot read the checkout.
 */
export async function sourceRevision(run: RunProgram, root = "."): Promise<string | undefined> {
  const head = await run("git", [...GIT, "-C", root, "rev-parse", "--short=12", "HEAD"]);
  if (head?.succeeded !== true) return isInCheckout(realpathSync(root)) ? undefined : "";
  const commit = head.output.trim();
  const committed = await listCommitted(run, root, commit, DECIDING);
  return committed !== undefined && isSame(root, committed) ? commit : `${commit}+`;
}

function isInCheckout(folder: string): boolean {
  return existsSync(join(folder, ".git")) || (folder !== dirname(folder) && isInCheckout(dirname(folder)));
}

/** Returns the files of a commit by path, those of submodules too; undefined if git lacks one of them. */
async function listCommitted(
  run: RunProgram,
  folder: string,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Committed> | undefined> {
  const listed = await run("git", [...GIT, "-C", folder, "ls-tree", "-r", "-z", commit, "--", ...paths]);
  if (listed?.succeeded !== true) return undefined;
  const files = new Map<string, Committed>();
  for (const line of listed.output.split("\0").filter(Boolean)) {
    const [, mode = "", id = "", path = ""] = /^(\d+) \w+ ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
    if (isLeftOut(path)) continue;
    if (mode !== SUBMODULE) {
      files.set(path, { mode, id });
      continue;
    }
    const below = await listCommitted(run, join(folder, path), id, []);
    if (below === undefined) return undefined;
    for (const [inner, file] of below) files.set(posix.join(path, inner), file);
  }
  return files;
}

const SUBMODULE = "160000";

function isSame(root: string, committed: ReadonlyMap<string, Committed>): boolean {
  const found = DECIDING.map((name) => sourcesOf(root, name));
  const entries = found.flatMap((sources) => sources.entries);
  if (found.some(({ unusable }) => unusable.length > 0) || entries.length !== committed.size) return false;
  return entries.every((entry) => isCommitted(root, entry, committed.get(entry.path)));
}

/** Lists a file or a folder of the project, with paths from the project. */
function sourcesOf(root: string, name: string): Sources {
  const stat = lstatSync(join(root, name), { throwIfNoEntry: false });
  if (stat?.isFile() === true) return { entries: [{ kind: "file", path: name, executable: false }], unusable: [] };
  if (stat?.isDirectory() !== true)
    return { entries: [], unusable: stat === undefined ? [] : [{ path: name, found: "" }] };
  const { entries, unusable } = listSources(join(root, name));
  return { entries: entries.map((entry) => ({ ...entry, path: posix.join(name, entry.path) })), unusable };
}

function isCommitted(root: string, entry: Source, committed: Committed | undefined): boolean {
  if (committed === undefined) return false;
  const content = entry.kind === "link" ? Buffer.from(entry.target) : readFileSync(join(root, entry.path));
  const algorithm = committed.id.length === 64 ? "sha256" : "sha1";
  const id = createHash(algorithm)
    .update(`blob ${String(content.length)}\0`)
    .update(content)
    .digest("hex");
  if (id !== committed.id || (entry.kind === "link") !== (committed.mode === "120000")) return false;
  // Only what an image gets has its mode in the image. Elsewhere the mode may be that of a file system without modes.
  if (entry.kind === "link" || !entry.path.startsWith("services/")) return true;
  return entry.executable === (committed.mode === "100755");
}

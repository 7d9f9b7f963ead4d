import { accessSync, constants, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { messageOf } from "../lib/errors.ts";

/** Names that no image gets from a folder of sources, and that no revision counts. */
const LEFT_OUT = /^(?:\..*|__pycache__|tests|.*\.(?:pyc|egg-info))$/;

/** Largest file that Node 24 reads as a whole, in bytes. */
const LARGEST = 2 ** 31 - 1;

/** A file or a link in a folder of sources. `path` is relative to the folder, with "/" on every system. */
export type Source =
  | { readonly kind: "file"; readonly path: string; readonly executable: boolean }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** An entry of a folder of sources that cannot be in an image. */
export interface Unusable {
  readonly path: string;
  /** Why it cannot be in an image. */
  readonly found: string;
}

/** The content of a folder of sources. Folders without files are no part of it, as in git. */
export interface Sources {
  /** Sorted by name, folder by folder. */
  readonly entries: readonly Source[];
  readonly unusable: readonly Unusable[];
}

/** True if a name in the path is left out of images. */
export function isLeftOut(path: string): boolean {
  return path.split("/").some((name) => name !== "." && name !== ".." && LEFT_OUT.test(name));
}

/** Lists a folder of sources without the names that are left out. @throws Error if there is no such folder. */
export function listSources(folder: string): Sources {
  const found: Found = { entries: [], unusable: [] };
  visit(folder, "", found);
  const reachable = new Set(found.entries.flatMap(({ path }) => withParents(path)));
  const dangling = found.entries.flatMap((entry) => (entry.kind === "link" ? checkLink(folder, entry, reachable) : []));
  return { entries: found.entries, unusable: [...found.unusable, ...dangling] };
}

interface Found {
  readonly entries: Source[];
  readonly unusable: Unusable[];
}

function visit(root: string, folder: string, found: Found): void {
  const names = readdirSync(join(root, folder), { encoding: "buffer" }).map((raw) => ({ raw, name: raw.toString() }));
  for (const { raw, name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = posix.join(folder, name);
    if (LEFT_OUT.test(name)) continue;
    if (!Buffer.from(name).equals(raw)) found.unusable.push({ path, found: "its name is not UTF-8" });
    else add(root, path, found);
  }
}

function add(root: string, path: string, found: Found): void {
  const place = join(root, path);
  try {
    const stat = lstatSync(place);
    if (stat.isSymbolicLink()) found.entries.push({ kind: "link", path, target: readlinkSync(place) });
    else if (stat.isDirectory()) visit(root, path, found);
    else if (!stat.isFile()) found.unusable.push({ path, found: "it is no file" });
    else if (stat.size > LARGEST) found.unusable.push({ path, found: "it is larger than 2 GiB" });
    else {
      accessSync(place, constants.R_OK);
      found.entries.push({ kind: "file", path, executable: (stat.mode & 0o100) !== 0 });
    }
  } catch (error) {
    found.unusable.push({ path, found: messageOf(error) });
  }
}

/** A link has to lead to something that the image has, and only through the folder itself. */
function checkLink(
  root: string,
  { path, target }: { readonly path: string; readonly target: string },
  reachable: ReadonlySet<string>,
): Unusable[] {
  const named = posix.join(posix.dirname(path), target).replace(/\/$/, "");
  if (isAbsolute(target) || leaves(named)) return [{ path, found: `it is a link that leaves the folder: ${target}` }];
  try {
    const real = relative(realpathSync(root), realpathSync(join(root, path))).replaceAll(sep, "/");
    if (!isLeftOut(named) && (real === "" || reachable.has(real))) return [];
    return [{ path, found: `it is a link to something that no image has: ${target}` }];
  } catch {
    return [{ path, found: `it is a link that leads to nothing: ${target}` }];
  }
}

function leaves(path: string): boolean {
  return path === ".." || path.startsWith("../");
}

function withParents(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === "." ? [path] : [path, ...withParents(parent)];
}

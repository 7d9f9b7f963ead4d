import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, posix } from "node:path";

/** Folder of the build contexts. It is relative to the project, so that the checkout's path is no input of a build. */
const CONTEXTS = ".morgan/contexts";

/** The time of every file in a build context. A layer contains the times of its files, so they have to be constant. */
const TIME = new Date("2024-01-01T00:00:00Z");

/** Names in a folder of sources that are left out of the build context. */
const LEFT_OUT = /^(?:\..*|__pycache__|tests|.*\.(?:pyc|egg-info))$/;

/** A folder or a file for a build context: its path `from`, and its name `to` in the context. */
export interface ContextPart {
  readonly from: string;
  readonly to: string;
}

/** A build context: its folder, relative to the project, and the digest of the names and contents of its files. */
export interface Context {
  readonly location: string;
  readonly digest: string;
}

/**
 * Writes the build context of a stage into a folder that is named after its digest. File modes and times would become
 * part of the image, so they are the same on every machine. A stage is built again only if names or contents change.
 *
 * @throws Error if a part does not exist.
 */
export function layOutContext(name: string, parts: readonly ContextPart[]): Context {
  const files = parts.flatMap(({ from, to }) => list(from, to));
  const digest = digestFiles(files);
  const location = locationOf(name, digest);
  if (!existsSync(location)) write(location, files);
  return { location, digest };
}

/**
 * Writes a build context with one large file. The file is not read again until it changes, because that would add time
 * to every preview and every up.
 *
 * @throws Error if the file does not exist.
 */
export function layOutFile(name: string, { from, to }: ContextPart): Context {
  const { size, mtimeMs, ctimeMs, ino } = statSync(from);
  // A write to the file, or another file in its place, changes one of these.
  const identity = createHash("sha256").update([from, to, size, mtimeMs, ctimeMs, ino].join("\0")).digest("hex");
  const memory = join(CONTEXTS, `${name}.${identity.slice(0, 16)}`);
  const digest = existsSync(memory) ? readFileSync(memory, "utf8") : "";
  if (existsSync(locationOf(name, digest))) return { location: locationOf(name, digest), digest };
  const context = layOutContext(name, [{ from, to }]);
  const unfinished = `${memory}.${String(process.pid)}`;
  writeFileSync(unfinished, context.digest);
  renameSync(unfinished, memory);
  return context;
}

function locationOf(name: string, digest: string): string {
  // An input of a build, which is the same on Windows.
  return posix.join(CONTEXTS, `${name}-${digest.slice(0, 16)}`);
}

interface File {
  readonly path: string;
  readonly content: Buffer;
}

function list(from: string, to: string): File[] {
  if (!statSync(from).isDirectory()) return [{ path: to, content: readFileSync(from) }];
  return readdirSync(from, { withFileTypes: true })
    .filter((entry) => !LEFT_OUT.test(entry.name) && (entry.isDirectory() || entry.isFile()))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => list(join(from, entry.name), posix.join(to, entry.name)));
}

function digestFiles(files: readonly File[]): string {
  const hash = createHash("sha256");
  for (const { path, content } of files) {
    hash.update(`${path}\0${String(content.length)}\0`);
    hash.update(content);
  }
  return hash.digest("hex");
}

/** Writes a context beside its final folder, then moves it. So a context that exists is complete, even after a kill. */
function write(location: string, files: readonly File[]): void {
  const unfinished = `${location}.${String(process.pid)}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  for (const { path, content } of files) {
    const target = join(unfinished, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  normalizeModes(unfinished);
  try {
    renameSync(unfinished, location);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(location)) throw error;
  }
}

/** Sets the modes and times in a folder to the same values on every machine, whatever the umask is. */
function normalizeModes(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) normalizeModes(path);
    else fix(path, 0o644);
  }
  fix(folder, 0o755);
}

function fix(path: string, mode: number): void {
  chmodSync(path, mode);
  utimesSync(path, TIME, TIME);
}

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
import { dirname, join } from "node:path";

/** Folder of the build contexts, relative to the project, so that where a checkout lies is no input of a build. */
const CONTEXTS = ".morgan/contexts";

/** A time that no build depends on: a layer holds the times of its files. */
const TIME = new Date("2024-01-01T00:00:00Z");

/** What a folder of sources holds beside the sources. */
const LEFT_OUT = /^(?:\..*|__pycache__|tests|.*\.(?:pyc|egg-info))$/;

/** A folder of files to take, with what it is called in the build context; a file where `from` is one. */
export interface ContextPart {
  readonly from: string;
  readonly to: string;
}

/** A build context: its folder relative to the project, and the digest of its names and contents. */
export interface Context {
  readonly location: string;
  readonly digest: string;
}

/**
 * Lays out a build context of its own for a stage, named after its contents. File modes and times are the same on every
 * machine, because they would be part of the image: only names and contents decide whether a stage is built again.
 *
 * @throws Error where a part is not there.
 */
export function layOutContext(name: string, parts: readonly ContextPart[]): Context {
  const files = parts.flatMap(({ from, to }) => list(from, to));
  const digest = digestFiles(files);
  const location = locationOf(name, digest);
  if (!existsSync(location)) write(location, files);
  return { location, digest };
}

/**
 * The same of one large file, which is not read again while it stays what it was: 38 MB take 65 ms, in every preview and
 * every up.
 *
 * @throws Error where there is no such file.
 */
export function layOutFile(name: string, { from, to }: ContextPart): Context {
  const { size, mtimeMs, ctimeMs, ino } = statSync(from);
  // Whoever writes to a file, or puts another one in its place, changes one of these.
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
  return join(CONTEXTS, `${name}-${digest.slice(0, 16)}`);
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
    .flatMap((entry) => list(join(from, entry.name), join(to, entry.name)));
}

function digestFiles(files: readonly File[]): string {
  const hash = createHash("sha256");
  for (const { path, content } of files) {
    hash.update(`${path}\0${String(content.length)}\0`);
    hash.update(content);
  }
  return hash.digest("hex");
}

/** Writes beside the place and moves there: a context that exists is whole, whatever interrupted the run before. */
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

/** Gives a folder and all in it the modes and times of every machine; a umask has its say when something is made. */
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

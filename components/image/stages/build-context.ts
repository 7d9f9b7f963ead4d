import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, posix } from "node:path";
import { listSources } from "../../sources/list.ts";

/** Folder of the build contexts. It is relative to the project, so that the checkout's path is no input of a build. */
const CONTEXTS = ".morgan/contexts";

/** The time of every file in a build context. A layer contains the times of its files, so they have to be constant. */
const TIME = new Date("2024-01-01T00:00:00Z");

/** A folder or a file for a build context: its path `from`, and its name `to` in the context. */
export interface ContextPart {
  readonly from: string;
  readonly to: string;
}

/** A build context: its folder, relative to the project, and the digest of what is in it. */
export interface Context {
  readonly location: string;
  readonly digest: string;
  /** Digest of each file, 12 digits, by its path in the project; of a file from elsewhere, by its name in the context. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Writes the build context of a stage into a folder that is named after its digest. Modes and times would become part
 * of the image, so they are the same on every machine: of a mode, only its executable bit counts. A stage is built
 * again only if names, contents, executable bits or links change.
 *
 * @throws Error if a part does not exist, or if something in a folder cannot be in an image.
 */
export function layOutContext(name: string, parts: readonly ContextPart[]): Context {
  const entries = parts.flatMap(({ from, to }) => list(from, to));
  const digest = digestEntries(entries);
  const location = locationOf(name, digest);
  if (!existsSync(location)) write(location, entries);
  return {
    location,
    digest,
    files: Object.fromEntries(entries.map((entry) => [entry.from, digestEntries([entry]).slice(0, 12)])),
  };
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
  if (existsSync(locationOf(name, digest)))
    return { location: locationOf(name, digest), digest, files: { [to]: digest.slice(0, 12) } };
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

/** A file or a link of a build context: its path there, and its path in the project. */
type Entry = { readonly path: string; readonly from: string } & (
  { readonly content: Buffer; readonly executable: boolean } | { readonly target: string }
);

function list(from: string, to: string): Entry[] {
  // The place of a file from elsewhere differs from machine to machine.
  const shown = isAbsolute(from) ? to : from;
  if (!statSync(from).isDirectory()) return [{ path: to, from: shown, content: readFileSync(from), executable: false }];
  const { entries, unusable } = listSources(from);
  const [first] = unusable;
  if (first !== undefined) throw new Error(`${posix.join(from, first.path)} cannot be in an image: ${first.found}`);
  return entries.map((entry): Entry => {
    const place = { path: posix.join(to, entry.path), from: posix.join(shown, entry.path) };
    if (entry.kind === "link") return { ...place, target: entry.target };
    return { ...place, content: readFileSync(join(from, entry.path)), executable: entry.executable };
  });
}

/** No path begins with a zero byte, so what begins with one cannot be taken for an ordinary file. */
function digestEntries(entries: readonly Entry[]): string {
  const hash = createHash("sha256");
  for (const entry of entries) {
    if ("target" in entry) {
      hash.update(`\0l${entry.path}\0${entry.target}\0`);
      continue;
    }
    hash.update(`${entry.executable ? "\0x" : ""}${entry.path}\0${String(entry.content.length)}\0`);
    hash.update(entry.content);
  }
  return hash.digest("hex");
}

/** Writes a context beside its final folder, then moves it. So a context that exists is complete, even after a kill. */
function write(location: string, entries: readonly Entry[]): void {
  const unfinished = `${location}.${String(process.pid)}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  for (const entry of entries) {
    const target = join(unfinished, entry.path);
    mkdirSync(dirname(target), { recursive: true });
    if ("target" in entry) {
      symlinkSync(entry.target, target);
      continue;
    }
    writeFileSync(target, entry.content);
    chmodSync(target, entry.executable ? 0o755 : 0o644);
  }
  normalize(unfinished);
  try {
    renameSync(unfinished, location);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(location)) throw error;
  }
}

/** Sets the times in a folder, and the modes of folders, to the same values on every machine, whatever the umask is. */
function normalize(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) normalize(path);
    else lutimesSync(path, TIME, TIME);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, TIME, TIME);
}

import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, type Dirent } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { buildsSince } from "./builds.ts";
import { containerIds, docker } from "./engine.ts";

/** A content that may hold a text, and its name. */
export type Place = readonly [name: string, content: Buffer];

/** Returns, for each text, the names of the places that hold it. */
export function placesHolding(texts: readonly string[], places: Iterable<Place>): Record<string, string[]> {
  const found = Object.fromEntries(texts.map((text): [string, string[]] => [text, []]));
  for (const [name, content] of places) {
    for (const text of texts) if (content.includes(text)) found[text]?.push(name);
  }
  return found;
}

/** Yields every file below a folder. A compressed file also comes unpacked. */
export function* filesBelow(folder: string, leftOut: (path: string) => boolean = () => false): Generator<Place> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (leftOut(path)) continue;
    if (entry.isDirectory()) yield* filesBelow(path, leftOut);
    else if (entry.isFile()) yield* unpacked(path, contentOf(path));
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Other runs remove their temporary files meanwhile. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function* unpacked(name: string, content: Buffer): Generator<Place> {
  yield [name, content];
  if (content.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) {
    yield [`${name}, unpacked`, zstdDecompressSync(content)];
  } else if (content.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) {
    yield [`${name}, unpacked`, gunzipSync(content)];
  }
}

/** Yields what the engine prints about a stack's containers and their logs, and about the images of a registry. */
export function* engineOutput(stack: string, registry: string): Generator<Place> {
  for (const id of containerIds(stack)) {
    yield outputOf(`docker inspect ${id}`, ["inspect", id]);
    yield outputOf(`docker logs ${id}`, ["logs", id]);
  }
  const ids = docker("images", "--all", "--format", "{{.Repository}} {{.ID}}").split("\n");
  for (const id of ids.flatMap((line) => (line.startsWith(registry) ? [line.split(" ")[1] ?? ""] : []))) {
    yield outputOf(`docker image inspect ${id}`, ["image", "inspect", id]);
    yield outputOf(`docker history ${id}`, ["history", "--no-trunc", id]);
  }
}

/** Yields the settings and the logs of the builds in BuildKit's history since then. */
export function* buildRecords(since: Date): Generator<Place> {
  for (const id of buildsSince(since)) {
    yield outputOf(`the log of build ${id}`, ["buildx", "history", "logs", id, "--progress", "plain"]);
    yield outputOf(`the settings of build ${id}`, ["buildx", "history", "inspect", id, "--format", "json"]);
  }
}

/** Yields the files that builds of this user left in the system's temporary folder. */
export function* temporaryFiles(): Generator<Place> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith("pulumi-docker-"))) {
    const place = join(tmpdir(), name);
    if (lstatSync(place, { throwIfNoEntry: false })?.uid === process.getuid?.()) yield* filesBelow(place);
  }
}

/** Watches the command lines of all processes. The returned function stops it, and returns the texts in them. */
export function watchProcesses(texts: readonly string[]): () => string[] {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      for (const text of texts) if (line.includes(text)) seen.add(`${text} in ${line}`);
    }
  }, 50);
  return () => {
    clearInterval(timer);
    return [...seen];
  };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function outputOf(name: string, args: readonly string[]): Place {
  const { stdout, stderr } = spawnSync("docker", args, { maxBuffer: 256 * 1024 * 1024 });
  return [name, Buffer.concat([stdout, stderr])];
}

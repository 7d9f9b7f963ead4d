import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { containerIds, docker } from "./engine.ts";

/** Something that may hold a text: what it is, and all that is in it. */
export type Place = readonly [name: string, content: Buffer];

/** The places that hold each of the texts. */
export function placesHolding(texts: readonly string[], places: Iterable<Place>): Record<string, string[]> {
  const found = Object.fromEntries(texts.map((text): [string, string[]] => [text, []]));
  for (const [name, content] of places) {
    for (const text of texts) if (content.includes(text)) found[text]?.push(name);
  }
  return found;
}

/** Every file below a folder; what is compressed, as it lies there and unpacked. */
export function* filesBelow(folder: string, leftOut: (path: string) => boolean = () => false): Generator<Place> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (leftOut(path)) continue;
    if (entry.isDirectory()) yield* filesBelow(path, leftOut);
    else if (entry.isFile()) yield* unpacked(path, readFileSync(path));
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

/** What the engine tells of a stack's containers and their logs, and of the images of a registry. */
export function* toldByEngine(stack: string, registry: string): Generator<Place> {
  for (const id of containerIds(stack)) {
    yield said(`docker inspect ${id}`, ["inspect", id]);
    yield said(`docker logs ${id}`, ["logs", id]);
  }
  const ids = docker("images", "--all", "--format", "{{.Repository}} {{.ID}}").split("\n");
  for (const id of ids.flatMap((line) => (line.startsWith(registry) ? [line.split(" ")[1] ?? ""] : []))) {
    yield said(`docker image inspect ${id}`, ["image", "inspect", id]);
    yield said(`docker history ${id}`, ["history", "--no-trunc", id]);
  }
}

/** What BuildKit keeps of the builds since then: their settings and their logs. */
export function* toldByBuilds(since: Date): Generator<Place> {
  const listed = docker("buildx", "history", "ls", "--format", "json", "--no-trunc").split("\n").filter(Boolean);
  const builds = listed.map((line) => JSON.parse(line) as { readonly ref: string; readonly created_at: string });
  for (const { ref } of builds.filter((build) => new Date(build.created_at) >= since)) {
    const id = ref.split("/").at(-1) ?? "";
    yield said(`the log of build ${id}`, ["buildx", "history", "logs", id, "--progress", "plain"]);
    yield said(`the settings of build ${id}`, ["buildx", "history", "inspect", id, "--format", "json"]);
  }
}

/** What is left of builds in the system's temporary folder. */
export function* leftInTemporary(): Generator<Place> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith("pulumi-docker-"))) {
    yield* filesBelow(join(tmpdir(), name));
  }
}

/** Looks at the command lines of all processes until it is stopped, and then says which of the texts were in one. */
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

function said(name: string, args: readonly string[]): Place {
  const { stdout, stderr } = spawnSync("docker", args, { maxBuffer: 256 * 1024 * 1024 });
  return [name, Buffer.concat([stdout, stderr])];
}

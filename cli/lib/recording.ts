import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { given } from "../../components/lib/given.ts";
import { setting } from "../../toolchain/lib/paths.mjs";
import { execute, type Execution } from "./run-program.ts";
import { Interrupted } from "./signals.ts";

/** pocketsphinx's source package holds a person saying "go forward ten meters"; its wheels do not. */
const source = {
  name: "pocketsphinx",
  version: "5.1.1",
  archive: "pocketsphinx-5.1.1.tar.gz",
  sha256: "675778b309a22dfc9b7d37f7621976bba491d2a5f8c59696bd77fd6d07271355",
  member: "pocketsphinx-5.1.1/test/data/goforward.raw",
};

const sampleRate = 16_000;
const bytesPerSample = 2;

/**
 * A recording of human speech, "go forward ten meters", 2.8 s, as a WAV file of 16 kHz mono 16 bit samples.
 * It is downloaded once by name from the configured package index, checked against its pinned digest, and kept.
 *
 * @param cacheDir cache folder of this machine; the file is kept in its `recordings` folder.
 * @returns the file's path.
 */
export async function fetchRecording(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, "recordings");
  const recording = join(folder, "goforward.wav");
  if (existsSync(recording)) return recording;
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, "download-"));
  try {
    await download(scratch);
    const archive = join(scratch, source.archive);
    const found = createHash("sha256")
      .update(await readFile(archive))
      .digest("hex");
    if (found !== source.sha256) {
      throw new Error(`${source.archive} has the digest sha256:${found}, not sha256:${source.sha256}: it was changed`);
    }
    const samples = await unpack(archive, scratch);
    const complete = join(scratch, "complete.wav");
    await writeFile(complete, Buffer.concat([wavHeader(samples.length), samples]));
    await rename(complete, recording);
  } finally {
    await rm(scratch, { recursive: true });
  }
  return recording;
}

async function unpack(archive: string, folder: string): Promise<Buffer> {
  const file = join(folder, "samples.raw");
  const output = openSync(file, "wx");
  try {
    await succeed("tar", ["-xzOf", archive, source.member], { output });
  } finally {
    closeSync(output);
  }
  return readFile(file);
}

/**
 * pip downloads a source package without building it; uv runs pip if the machine has none. Only this package comes as
 * source: with `:all:`, pip would build the tools that it needs to read the package's name, which takes minutes.
 */
async function download(folder: string): Promise<void> {
  const what = [`--no-binary=${source.name}`, "--no-deps", `${source.name}==${source.version}`];
  const uv = setting(process.env, "MORGAN_UV") ?? "uv";
  const index = setting(process.env, "UV_DEFAULT_INDEX") ?? setting(process.env, "UV_INDEX_URL");
  const env = { UV_SYSTEM_CERTS: "true", ...given({ PIP_INDEX_URL: index }), ...process.env };
  const hasPip = await execute("python3", ["-m", "pip", "--version"]).then(
    ({ code }) => code === 0,
    (error: unknown) => {
      if (error instanceof Interrupted) throw error;
      return false;
    },
  );
  const pip: readonly [string, ...string[]] = hasPip ? ["python3", "-m", "pip"] : [uv, "tool", "run", "pip"];
  const [command, ...before] = pip;
  await succeed(command, [...before, "download", "--quiet", "--dest", folder, ...what], { env });
}

/** Runs a program. @throws Error with its messages if it fails. */
async function succeed(program: string, args: readonly string[], execution: Execution): Promise<void> {
  const { code, stderr } = await execute(program, args, execution);
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${stderr.trim()}`);
}

function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "ascii");
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write("WAVEfmt ", 8, "ascii");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * bytesPerSample, 28);
  header.writeUInt16LE(bytesPerSample, 32);
  header.writeUInt16LE(8 * bytesPerSample, 34);
  header.write("data", 36, "ascii");
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

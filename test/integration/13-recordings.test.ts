import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { recordedSpeech, voice } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";

/** Formats as libsndfile names them, with the media type that a client sends. */
const FORMATS = [
  { format: "FLAC", subtype: "PCM_16", type: "audio/flac" },
  { format: "OGG", subtype: "VORBIS", type: "audio/ogg" },
  { format: "OGG", subtype: "OPUS", type: "audio/ogg; codecs=opus" },
  { format: "MP3", subtype: "MPEG_LAYER_III", type: "audio/mpeg" },
] as const;

/** Encodes the WAV file on its input with the libraries of the image. */
const ENCODE = `
import io, sys, soundfile
samples, rate = soundfile.read(io.BytesIO(sys.stdin.buffer.read()))
encoded = io.BytesIO()
soundfile.write(encoded, samples, rate, format=sys.argv[1], subtype=sys.argv[2])
sys.stdout.buffer.write(encoded.getvalue())
`;

/** A WAV file of 100 silent samples, whose header declares this sample rate. */
function wavOf(rate: number): Buffer {
  const head = "RIFF\xec\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0....\0\0\0\0\x02\0\x10\0data\xc8\0\0\0";
  const wav = Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(200)]);
  wav.writeUInt32LE(rate, 24);
  return wav;
}

describe("recordings of any kind at a running stack", () => {
  let name: string;
  let endpoint: string;
  let speech: Buffer;

  before(async () => {
    const stack = await sharedStack();
    name = stack.name;
    ({ endpoint } = await stack.outputs());
    speech = await recordedSpeech();
  });

  const restarts = (): string[] =>
    Object.values(idsOf(name)).map((id) => docker("inspect", "--format={{.Name}} {{.RestartCount}}", id).trim());
  const transcript = async (recording: Buffer, type?: string): Promise<unknown> => {
    const { body } = await voice(endpoint, recording, type);
    return (body as { transcript?: string }).transcript ?? body;
  };

  for (const { format, subtype, type } of FORMATS) {
    it(`speech in ${format} with ${subtype} is understood word for word`, async () => {
      const vad = containersOf(name)["vad"]?.Id ?? "";
      const encoded = execFileSync("docker", ["exec", "-i", vad, "python", "-c", ENCODE, format, subtype], {
        input: speech,
      });
      expect(await transcript(encoded, type)).to.equal("go forward ten meters");
    });
  }

  it("speech in a WAV stream whose lengths were never filled in is understood", async () => {
    const stream = Buffer.from(speech);
    stream.writeUInt32LE(0, 4);
    stream.writeUInt32LE(0, 40);
    expect(await transcript(stream)).to.equal("go forward ten meters");
  });

  it("refuses what it cannot decode, with a reason, and no container ends", async () => {
    const before = restarts();
    const refused: [Buffer, number, string][] = [
      ...[1, 7999, 200_001, 2 ** 32 - 1].map((rate): [Buffer, number, string] => [wavOf(rate), 422, "invalid_audio"]),
      ...[131_071, 150_001, 191_999].map((rate): [Buffer, number, string] => [wavOf(rate), 422, "no_speech"]),
      [Buffer.concat([wavOf(16_000), Buffer.alloc(9_900_000)]), 422, "no_speech"],
      [speech.subarray(0, 44), 422, "invalid_audio"],
      [Buffer.from("fLaC and no more"), 422, "invalid_audio"],
      [Buffer.from("\x1aE\xdf\xa3webm", "latin1"), 415, "unsupported_media_type"],
      [Buffer.alloc(0), 415, "unsupported_media_type"],
    ];
    for (const [recording, status, code] of refused) {
      const answer = await voice(endpoint, recording);
      const { error } = answer.body as { error: { code: string; message: string } };
      expect([answer.status, error.code], error.message).to.deep.equal([status, code]);
    }
    expect(restarts()).to.deep.equal(before);
    expect(await transcript(speech)).to.equal("go forward ten meters");
  });

  it("a decoder that dies costs no request, and the container goes on", async () => {
    const before = restarts();
    for (const role of ["vad", "stt"]) {
      const kill = `import os, pathlib
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    if (folder / "cmdline").read_bytes().split(b"\\0")[2:3] == [b"morgan_shared.decoder_process"]:
        os.kill(int(folder.name), 9)
        print("killed")`;
      expect(docker("exec", containersOf(name)[role]?.Id ?? "", "python", "-c", kill)).to.include("killed");
    }
    expect(await transcript(speech)).to.equal("go forward ten meters");
    expect(restarts()).to.deep.equal(before);
  });
});

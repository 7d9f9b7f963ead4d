import { randomBytes } from "node:crypto";
import { recordedSpeech } from "../../integration/support/requests.ts";
import { request, tally, visitAll, type Answers, type Visit } from "./connections.ts";

/** Something that one client does to harm others, bounded in time and number. */
export interface Attack {
  readonly name: string;
  readonly run: (endpoint: URL) => Promise<Answers>;
}

/** Time in milliseconds for which connections are held open. */
const HELD = 8000;
const MIB = 1024 * 1024;

const repeat = (count: number, visit: Visit): Visit[] => Array.from({ length: count }, () => visit);

const turn = (text: string, session?: string): Visit => ({
  sent: request("/v1/chat", {
    body: JSON.stringify({ text, ...(session === undefined ? {} : { session_id: session }) }),
  }),
});

/** Sends visits in groups, so that the service does not refuse them. */
async function inGroups(endpoint: URL, visits: readonly Visit[], size: number): Promise<Answers[]> {
  const answers: Answers[] = [];
  for (let at = 0; at < visits.length; at += size) {
    answers.push(await visitAll(endpoint, visits.slice(at, at + size), 60_000));
  }
  return answers;
}

/** A WAV file of one sample, with a sample rate that shares no factor with 16000. */
function oddWav(): Buffer {
  const wav = Buffer.alloc(46);
  wav.write("RIFF");
  wav.writeUInt32LE(38, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(191_999, 24);
  wav.writeUInt32LE(2 * 191_999, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(2, 40);
  return wav;
}

const newSession = (): string => randomBytes(8).toString("hex");

/** Writes many long turns, and reads them all, three times at once. */
async function longHistory(endpoint: URL): Promise<Answers> {
  const session = newSession();
  await inGroups(endpoint, repeat(400, turn("漢".repeat(8000), session)), 10);
  return visitAll(endpoint, repeat(3, { sent: request(`/v1/sessions/${session}/history`) }), 30_000);
}

/** Has a long text spoken eight times at once, and reads the answers slowly. */
async function longSpeech(endpoint: URL): Promise<Answers> {
  const session = newSession();
  await visitAll(endpoint, [turn("漢".repeat(5000), session)], 30_000);
  const sent = request(`/v1/voice?session_id=${session}`, { body: await recordedSpeech(), type: "audio/wav" });
  return visitAll(endpoint, repeat(8, { sent, pace: 300_000 }), 40_000);
}

/** Every attack, in the order in which they run. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "20 WAV files of 46 bytes with an odd rate",
    run: (endpoint) =>
      visitAll(endpoint, repeat(20, { sent: request("/v1/voice", { body: oddWav(), type: "audio/wav" }) }), 40_000),
  },
  { name: "a history of 400 long turns, read 3 times at once", run: longHistory },
  { name: "8 replies of the longest speech, read slowly", run: longSpeech },
  { name: "650 connections that send one byte", run: (at) => visitAll(at, repeat(650, { sent: "G" }), HELD) },
  {
    name: "800 connections with 80 kB of headers, without an end",
    run: (endpoint) =>
      visitAll(endpoint, repeat(800, { sent: `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(80_000)}` }), HELD),
  },
  {
    name: "46 bodies of 10 MiB, each 5 bytes short",
    run: (endpoint) => {
      const sent = request("/v1/voice", { body: Buffer.alloc(10 * MIB - 5), type: "audio/wav", declared: 10 * MIB });
      return visitAll(endpoint, repeat(46, { sent }), HELD);
    },
  },
  {
    name: "200 connections with slow headers, 200 with slow bodies",
    run: (endpoint) => {
      const slowBody = request("/v1/chat", { body: '{"text":', declared: 100 });
      return visitAll(
        endpoint,
        [...repeat(200, { sent: "GET / HTTP/1.1\r\nHost:" }), ...repeat(200, { sent: slowBody })],
        HELD,
      );
    },
  },
  { name: "400 text turns at once", run: (endpoint) => visitAll(endpoint, repeat(400, turn("hello")), 30_000) },
  { name: "700 text turns at once", run: (endpoint) => visitAll(endpoint, repeat(700, turn("hello")), 30_000) },
  {
    name: "200 times HTTP/2 without an agreement",
    run: (endpoint) => visitAll(endpoint, repeat(200, { sent: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" }), HELD),
  },
  {
    name: "300 requests for unknown methods, paths and types",
    run: async (endpoint) => {
      const odd = ["BREW /v1/chat", `GET /${"a".repeat(9000)}`, "OPTIONS *", "POST /v1/voice", "GET /v1/nothing"];
      const sent = odd.map((line): Visit => ({ sent: `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n` }));
      const groups = await inGroups(endpoint, Array.from({ length: 60 }, () => sent).flat(), 50);
      return tally(
        groups.flatMap((group) => Object.entries(group).flatMap(([key, count]) => Array<string>(count).fill(key))),
      );
    },
  },
];

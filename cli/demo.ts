import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { cacheFolder } from "../toolchain/paths.mjs";
import { fetchRecording } from "./recording.ts";

/** Where the spoken reply is written. */
const REPLY = ".morgan/demo/reply.wav";

/** How long one voice turn may take, in milliseconds. */
const TIMEOUT = 60_000;

/** What the stack answers to a spoken sentence. */
interface VoiceTurn {
  readonly transcript: string;
  readonly reply: string;
  /** A WAV file in base64. */
  readonly audio: string;
}

/**
 * Says a recorded sentence to a running stack and prints what it understood and answers; the spoken answer goes into a
 * file.
 *
 * @throws Error with the stack's own message where it does not answer.
 */
export async function demo(endpoint: string): Promise<void> {
  const recording = await fetchRecording(cacheFolder(process.env));
  console.log(`said        ${recording}`);
  const response = await fetch(`${endpoint}/v1/voice`, {
    method: "POST",
    headers: { "content-type": "audio/wav" },
    body: readFileSync(recording),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${endpoint}/v1/voice answered ${String(response.status)}: ${text}`);
  const turn = JSON.parse(text) as VoiceTurn;
  mkdirSync(dirname(REPLY), { recursive: true });
  writeFileSync(REPLY, Buffer.from(turn.audio, "base64"));
  console.log(`transcript  ${turn.transcript}\nreply       ${turn.reply}\nspoken      ${REPLY}`);
}

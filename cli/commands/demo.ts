import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { fetchRecording } from "../lib/recording.ts";

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
 * @param token - what the gateway asks for; undefined where it asks for none.
 * @throws Error with the stack's own message where it does not answer.
 */
export async function demo(endpoint: string, token?: string): Promise<void> {
  const recording = await fetchRecording(cacheFolder(process.env));
  console.log(`said        ${recording}`);
  const response = await fetch(`${endpoint}/v1/voice`, {
    method: "POST",
    headers: { "content-type": "audio/wav", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: readFileSync(recording),
    signal: AbortSignal.timeout(TIMEOUT),
  }).catch((error: unknown) => {
    throw new Error(`${endpoint} cannot be reached: ${reasonOf(error)}`, { cause: error });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${endpoint}/v1/voice answered ${String(response.status)}: ${text}`);
  const turn = JSON.parse(text) as VoiceTurn;
  mkdirSync(dirname(REPLY), { recursive: true });
  writeFileSync(REPLY, Buffer.from(turn.audio, "base64"));
  console.log(`transcript  ${turn.transcript}\nreply       ${turn.reply}\nspoken      ${REPLY}`);
}

/** `fetch` keeps to itself why it failed, and an untrusted certificate is something that one can put right. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const untrusted = cause instanceof Error && "code" in cause && UNTRUSTED.has(String(cause.code));
  const advice = untrusted ? "; NODE_EXTRA_CA_CERTS takes the file of a private authority" : "";
  return `${cause instanceof Error ? cause.message : String(cause)}${advice}`;
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { MorganError, messageOf } from "../../components/lib/errors.ts";
import { given } from "../../components/lib/given.ts";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { fetchRecording } from "../lib/recording.ts";

/** File of the spoken reply. */
const REPLY = ".morgan/demo/reply.wav";

/** Longest time of one voice turn, in milliseconds. */
const TIMEOUT = 60_000;

/** The answer of a stack to a spoken sentence. */
interface VoiceTurn {
  readonly transcript: string;
  readonly reply: string;
  /** A WAV file in base64. */
  readonly audio: string;
}

/**
 * Sends a recorded sentence to a running stack and prints the transcript and the reply. The spoken reply goes into a
 * file.
 *
 * @param token - token of the gateway; undefined if it requires none.
 * @throws Error with the stack's own message if it does not answer.
 */
export async function demo(endpoint: string, token?: string): Promise<void> {
  const recording = await fetchRecording(cacheFolder(process.env));
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  console.log(`sent        ${recording}`);
  const response = await fetch(`${endpoint}/v1/voice`, {
    method: "POST",
    headers: { "content-type": "audio/wav", ...given({ authorization }) },
    body: readFileSync(recording),
    signal: AbortSignal.timeout(TIMEOUT),
  }).catch((error: unknown) => {
    throw unreachable(endpoint, error);
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${endpoint}/v1/voice answered ${String(response.status)}: ${text}`);
  const turn = JSON.parse(text) as VoiceTurn;
  mkdirSync(dirname(REPLY), { recursive: true });
  writeFileSync(REPLY, Buffer.from(turn.audio, "base64"));
  console.log(`transcript  ${turn.transcript}\nreply       ${turn.reply}\nspoken      ${REPLY}`);
}

/** The reason is in the cause of the error of `fetch`. The user can do something about an untrusted certificate. */
function unreachable(endpoint: string, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const found = `${endpoint} cannot be reached: ${messageOf(cause)}`;
  const isUntrusted = cause instanceof Error && "code" in cause && UNTRUSTED.has(String(cause.code));
  if (!isUntrusted) return new Error(found, { cause: error });
  const expected = "the file of the CA that signed the gateway's certificate";
  const problem = { key: "NODE_EXTRA_CA_CERTS", expected, found, fix: "set NODE_EXTRA_CA_CERTS to that file" };
  return new MorganError([problem], "nothing was sent");
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

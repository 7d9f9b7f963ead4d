import { readFile } from "node:fs/promises";
import { fetchRecording } from "../../../cli/lib/recording.ts";
import { cacheFolder } from "../../../toolchain/lib/paths.mjs";

/** An answer of the stack. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends a text turn. */
export function chat(endpoint: string, text: string): Promise<Answer> {
  return post(`${endpoint}/v1/chat`, "application/json", JSON.stringify({ text }));
}

/** Returns the history of a session, as text. */
export async function historyOf(endpoint: string, session: string): Promise<string> {
  const response = await fetch(`${endpoint}/v1/sessions/${session}/history`, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${String(response.status)} for the history of ${session}`);
  return response.text();
}

/** Sends a voice turn with an audio file. */
export function voice(endpoint: string, recording: Buffer, type = "audio/wav"): Promise<Answer> {
  return post(`${endpoint}/v1/voice`, type, new Uint8Array(recording));
}

/** Returns a WAV file in which a person says "go forward ten meters". */
export async function recordedSpeech(): Promise<Buffer> {
  return readFile(await fetchRecording(cacheFolder(process.env)));
}

async function post(url: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body,
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, body: await response.json() };
}

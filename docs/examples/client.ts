/**
 * An example client of a Morgan stack, for Node 24. It needs no package.
 *
 *     node client.ts http://127.0.0.1:8080 "good morning"
 *     node client.ts http://127.0.0.1:8080 question.wav
 *
 * The environment variable MORGAN_API_TOKEN is the token of a stack that has one.
 */
import { readFile, writeFile } from "node:fs/promises";

/** The answer to a written turn. */
export interface TextReply {
  readonly session_id: string;
  readonly reply: string;
}

/** The answer to a spoken turn. */
export interface VoiceReply extends TextReply {
  readonly transcript: string;
  /** The spoken reply: a WAV file in base64. */
  readonly audio: string;
  /** The stretches of speech in the recording, in seconds. */
  readonly segments: readonly { readonly start_s: number; readonly end_s: number }[];
}

/** A turn of a history. */
export interface Turn {
  readonly id: string;
  readonly text: string;
  readonly reply: string;
  readonly at: string;
}

/** A page of a session's history, oldest turn first. */
export interface History {
  readonly session_id: string;
  readonly turns: readonly Turn[];
  readonly before: string | null;
}

/** The reason of a refusal. */
export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly type: string;
  readonly field?: string;
}

/** The stack refused a request. */
export class RefusedError extends Error {
  readonly status: number;
  readonly code: string;
  /** Seconds after which the request may be sent again; undefined if another try is of no use. */
  readonly retryAfter: number | undefined;

  constructor(status: number, { code, message }: ErrorDetail, retryAfter: string | null) {
    super(`${String(status)} ${code}: ${message}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter === null ? undefined : Number(retryAfter);
  }
}

/** Sends the requests of a conversation. */
export class MorganClient {
  readonly #endpoint: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(endpoint: string, token?: string) {
    this.#endpoint = endpoint.replace(/\/$/, "");
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Takes a written turn. Without a session, a new session begins. */
  async chat(text: string, session?: string): Promise<TextReply> {
    const body = JSON.stringify({ text, session_id: session });
    return (await this.#send("/v1/chat", { body, type: "application/json" })) as TextReply;
  }

  /** Takes a spoken turn. Without a session, a new session begins. */
  async voice(recording: Blob, type = "audio/wav", session?: string): Promise<VoiceReply> {
    const query = session === undefined ? "" : `?session_id=${session}`;
    return (await this.#send(`/v1/voice${query}`, { body: recording, type })) as VoiceReply;
  }

  /** Returns the newest turns of a session, or those before a turn. */
  async history(session: string, { limit = 100, before }: { limit?: number; before?: string } = {}): Promise<History> {
    const query = new URLSearchParams({ limit: String(limit), ...(before === undefined ? {} : { before }) });
    return (await this.#send(`/v1/sessions/${session}/history?${query.toString()}`)) as History;
  }

  /** Yields all turns of a session, newest first, and reads a page at a time. */
  async *wholeHistory(session: string): AsyncGenerator<Turn> {
    let page = await this.history(session);
    for (;;) {
      yield* [...page.turns].reverse();
      if (page.before === null) return;
      page = await this.history(session, { before: page.before });
    }
  }

  async #send(path: string, posted?: { body: string | Blob; type: string }): Promise<unknown> {
    const headers = { ...this.#headers, ...(posted === undefined ? {} : { "content-type": posted.type }) };
    const request = posted === undefined ? {} : { method: "POST", body: posted.body };
    const response = await fetch(this.#endpoint + path, { ...request, headers, signal: AbortSignal.timeout(60_000) });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const { error } = answer as { error: ErrorDetail };
    throw new RefusedError(response.status, error, response.headers.get("retry-after"));
  }
}

/** Takes a turn with a text or a WAV file, and prints the reply. */
async function main(endpoint: string, said: string): Promise<void> {
  const client = new MorganClient(endpoint, process.env["MORGAN_API_TOKEN"]);
  let reply: TextReply;
  if (said.endsWith(".wav")) {
    const spoken = await client.voice(new Blob([await readFile(said)]));
    console.log(`you said: ${spoken.transcript}`);
    await writeFile("reply.wav", Buffer.from(spoken.audio, "base64"));
    reply = spoken;
  } else {
    reply = await client.chat(said);
  }
  console.log(reply.reply);
  let turns = 0;
  for await (const turn of client.wholeHistory(reply.session_id)) turns += turn.id === "" ? 0 : 1;
  console.log(`session ${reply.session_id} has ${String(turns)} turn(s)`);
}

if (import.meta.main) await main(process.argv[2] ?? "", process.argv[3] ?? "");

/** An answer of the stack. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A text turn. */
export function chat(endpoint: string, text: string): Promise<Answer> {
  return post(`${endpoint}/v1/chat`, "application/json", JSON.stringify({ text }));
}

/** A voice turn with a WAV file. */
export function voice(endpoint: string, wav: Buffer): Promise<Answer> {
  return post(`${endpoint}/v1/voice`, "audio/wav", new Uint8Array(wav));
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

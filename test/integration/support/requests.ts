/** An answer of the stack. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A text turn. */
export function chat(endpoint: string, text: string): Promise<Answer> {
  return post(`${endpoint}/v1/chat`, "application/json", JSON.stringify({ text }));
}

/** The history of a session, as text. */
export async function historyOf(endpoint: string, session: string): Promise<string> {
  const response = await fetch(`${endpoint}/v1/sessions/${session}/history`, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${String(response.status)} for the history of ${session}`);
  return response.text();
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

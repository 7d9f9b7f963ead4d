import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { connect, type ConnectionOptions } from "node:tls";

/** A response over TLS. */
export interface HttpsResponse {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The member "error.code" of a JSON body; empty if there is none. */
  readonly code: string;
}

/** A request over TLS. */
export interface HttpsRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent with a declared length, or in chunks if the headers demand that. */
  readonly body?: string | Buffer;
  /** True if only the headers are sent, and nothing of the body that they announce. */
  readonly headersOnly?: boolean;
}

/** Sends a request on a new connection that trusts only the given CA, and returns the response. */
export async function send(
  url: string,
  ca: string,
  { method = "GET", headers, body, headersOnly }: HttpsRequest = {},
): Promise<HttpsResponse> {
  const outgoing = request(url, {
    method,
    ca,
    agent: false,
    headers: { ...headers },
    signal: AbortSignal.timeout(30_000),
  });
  if (headersOnly === true) outgoing.flushHeaders();
  else outgoing.end(body);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  outgoing.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, text, code: codeOf(text) };
}

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { code?: string } }).error?.code ?? "";
  } catch {
    return "";
  }
}

/** Returns the negotiated version of TLS, or the text of the error. */
export async function negotiatedVersion(port: number, options: ConnectionOptions): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ciphers: "DEFAULT@SECLEVEL=0", minVersion: "TLSv1.1", ...options });
  try {
    await once(socket, "secureConnect");
    return socket.getProtocol() ?? "";
  } catch (error) {
    return String(error);
  } finally {
    socket.destroy();
  }
}

import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { connect, type ConnectionOptions } from "node:tls";

/** An answer over TLS. */
export interface SecureAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The member "error.code" of a JSON answer; empty where there is none. */
  readonly code: string;
}

/** What is asked. */
export interface Ask {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent with its length declared, or in chunks where the headers say so. */
  readonly body?: string | Buffer;
  /** Whether the headers alone are sent, and nothing of the body that they speak of. */
  readonly headersOnly?: boolean;
}

/** Asks one question on a connection of its own, and trusts the given authority alone. */
export async function ask(
  url: string,
  ca: string,
  { method = "GET", headers, body, headersOnly }: Ask = {},
): Promise<SecureAnswer> {
  const asking = request(url, {
    method,
    ca,
    agent: false,
    headers: { ...headers },
    signal: AbortSignal.timeout(30_000),
  });
  if (headersOnly === true) asking.flushHeaders();
  else asking.end(body);
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  asking.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, text, code: codeOf(text) };
}

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { code?: string } }).error?.code ?? "";
  } catch {
    return "";
  }
}

/** The version of TLS that is agreed on; the error's text where there is none. */
export async function agreedVersion(port: number, options: ConnectionOptions): Promise<string> {
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

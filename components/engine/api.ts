import type { IncomingMessage } from "node:http";

/** The HTTP API of a container engine. A refusal is an Error with the engine's own message. */
export interface EngineApi {
  /** The answer to a GET; undefined where there is no such thing. */
  get(path: string): Promise<unknown>;
  /** The answer to a POST; undefined where there is none. */
  post(path: string, body?: unknown): Promise<unknown>;
  /** The output that a POST opens, once it is open. */
  stream(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<IncomingMessage>;
  /** What a GET goes on telling until the answer is destroyed. It does not keep the process from its end. */
  watch(path: string): Promise<IncomingMessage>;
  /** Removes a thing; one that is gone, or going, is as good. */
  remove(path: string): Promise<void>;
}

/** Importing it in the usual way would load all that it has, with a client for the web: 20 ms, in the program and the CLI. */
const { request } = process.getBuiltinModule("node:http");

/** How long one answer may take, in milliseconds. */
const TIMEOUT = 10_000;
/** How long a removal may take, in milliseconds: the engine answers when the gigabytes of an image are gone. */
const REMOVAL = 120_000;
/** How long a program that runs in a container may print nothing, in milliseconds. */
const SILENCE = 60_000;

/** The API behind an address; see `connectEngine`. */
export function engineApi(address: string): EngineApi {
  const host = address === "" ? "unix:///var/run/docker.sock" : address;
  const target = host.startsWith("unix://") ? { socketPath: host.slice("unix://".length) } : tcp(host);
  const send = (
    method: string,
    path: string,
    body?: unknown,
    timeout = TIMEOUT,
    more: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = body === undefined ? more : { ...more, "content-type": "application/json" };
    const sent = request({ ...target, method, path, headers, timeout }, resolve);
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${String(timeout / 1000)} s`)));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  };
  return {
    async get(path) {
      const response = await send("GET", path);
      const body = await readText(response);
      if (response.statusCode === 404) return undefined;
      if (response.statusCode !== 200) throw refusal(response, path, body);
      return parseJson(path, body);
    },
    async post(path, content) {
      const response = await send("POST", path, content);
      const body = await readText(response);
      if (!accepted(response)) throw refusal(response, path, body);
      return body === "" ? undefined : parseJson(path, body);
    },
    async stream(path, content, headers) {
      const response = await send("POST", path, content, SILENCE, headers);
      if (!accepted(response)) throw refusal(response, path, await readText(response));
      return response;
    },
    async watch(path) {
      const response = await send("GET", path, undefined, 0);
      response.socket.unref();
      if (!accepted(response)) throw refusal(response, path, await readText(response));
      return response;
    },
    async remove(path) {
      const response = await send("DELETE", path, undefined, REMOVAL);
      const body = await readText(response);
      if (!accepted(response) && response.statusCode !== 404 && response.statusCode !== 409) {
        throw refusal(response, path, body);
      }
    },
  };
}

/** Everything that an answer still has to say. */
export async function readText(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response) text += String(chunk);
  return text;
}

function accepted({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function refusal({ statusCode }: IncomingMessage, path: string, body: string): Error {
  return new Error(`${String(statusCode)} for ${path}: ${body.trim()}`);
}

/** What listens there may be no engine. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`no JSON for ${path}: ${text.slice(0, 200)}`);
  }
}

function tcp(host: string): { host: string; port: string } {
  const url = new URL(host.replace(/^tcp:/, "http:"));
  return { host: url.hostname, port: url.port };
}

import type { IncomingMessage } from "node:http";
import { transportTo, type Transport } from "./transport.ts";
import type { EngineAddress } from "../lib/engine-address.ts";

/** The HTTP API of a container engine. A refusal is an Error with the engine's own message. */
export interface EngineApi {
  /** The answer to a GET; undefined if there is no such thing. */
  get(path: string): Promise<unknown>;
  /** The answer to a GET that is no JSON. */
  getBytes(path: string): Promise<Buffer>;
  /** The answer to a POST; undefined if it is empty. Waits `limit` milliseconds for it. */
  post(path: string, body?: unknown, limit?: number): Promise<unknown>;
  /** The output that a POST opens, once it is open. */
  stream(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<IncomingMessage>;
  /** An answer to a GET that goes on until it is destroyed. The process ends without waiting for it. */
  watch(path: string): Promise<IncomingMessage>;
  /** Removes a thing; one that is gone, or that the engine is removing already, is no error. */
  remove(path: string): Promise<void>;
}

/** Longest time of one answer, in milliseconds. */
const TIMEOUT = 10_000;
/** Longest time of a removal, in milliseconds: the engine answers when the gigabytes of an image are gone. */
const REMOVAL = 120_000;
/** Longest time in which a program in a container prints nothing, in milliseconds. */
const SILENCE = 60_000;

/** The API behind an address; see `connectEngine`. */
export function engineApi(address: EngineAddress | (() => EngineAddress)): EngineApi {
  let request: Transport | undefined;
  const send = (
    method: string,
    path: string,
    body?: unknown,
    timeout = TIMEOUT,
    more: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = body === undefined ? more : { ...more, "content-type": "application/json" };
    request ??= transportTo(typeof address === "function" ? address() : address);
    const sent = request({ method, path, headers, timeout }, resolve);
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
    async getBytes(path) {
      const response = await send("GET", path);
      if (!accepted(response)) throw refusal(response, path, await readText(response));
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
    async post(path, content, limit) {
      const response = await send("POST", path, content, limit);
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
      const isGoing = response.statusCode === 404 || BEING_REMOVED.test(body);
      if (!accepted(response) && !isGoing) throw refusal(response, path, body);
    },
  };
}

/** Docker 28's answer to the removal of a container that it is removing itself. */
const BEING_REMOVED = /removal of container \S+ is already in progress/;

/** The rest of an answer. */
export async function readText(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response) text += String(chunk);
  return text;
}

/** True also for a container that is in the wanted state already: the engine answers 304 to its start or stop. */
function accepted({ statusCode = 0 }: IncomingMessage): boolean {
  return (statusCode >= 200 && statusCode < 300) || statusCode === 304;
}

function refusal({ statusCode }: IncomingMessage, path: string, body: string): Error {
  return new Error(`${String(statusCode)} for ${path}: ${body.trim()}`);
}

/** Parses an answer; the program that listens there may be no engine. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`no JSON for ${path}: ${text.slice(0, 200)}`);
  }
}

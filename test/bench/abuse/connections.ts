import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How often each answer came: a status, "closed" for a connection that ended without one, "none" without an end. */
export type Answers = Readonly<Record<string, number>>;

/** A connection that sends raw bytes, and reads as slowly as it is told. */
export interface Visit {
  /** Bytes of the request, perhaps not all of them. */
  readonly sent: Buffer | string;
  /** Largest number of bytes read in a second. Default: all that come. */
  readonly pace?: number;
}

/** Opens a connection for each visit at once, and returns their answers when all have ended or the time is over. */
export async function visitAll(endpoint: URL, visits: readonly Visit[], milliseconds: number): Promise<Answers> {
  const over = new AbortController();
  const timer = setTimeout(() => {
    over.abort();
  }, milliseconds);
  const answers = await Promise.all(visits.map((visit) => answerOf(endpoint, visit, over.signal)));
  clearTimeout(timer);
  return tally(answers);
}

/** Counts equal answers. */
export function tally(answers: readonly string[]): Answers {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

async function answerOf(endpoint: URL, { sent, pace }: Visit, over: AbortSignal): Promise<string> {
  const socket = connect({ host: endpoint.hostname, port: Number(endpoint.port), signal: over });
  let head = "";
  const ended = once(socket, "close").catch(() => undefined);
  socket.on("error", () => undefined);
  socket.on("data", (part: Buffer) => {
    if (head.length < 16) head += part.toString("latin1", 0, 16);
    if (pace !== undefined) void rest(socket, (part.length / pace) * 1000);
  });
  socket.write(sent);
  await ended;
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  return status ?? (over.aborted ? "none" : "closed");
}

async function rest(socket: Socket, milliseconds: number): Promise<void> {
  socket.pause();
  await sleep(milliseconds);
  socket.resume();
}

/** Returns a request that closes its connection. A `declared` length may be larger than the body. */
export function request(
  path: string,
  { body = "", type = "application/json", declared }: { body?: Buffer | string; type?: string; declared?: number } = {},
): Buffer {
  const content = Buffer.from(body);
  const length = declared ?? content.length;
  const method = length > 0 ? "POST" : "GET";
  const head = [
    `${method} ${path} HTTP/1.1`,
    "Host: x",
    "Connection: close",
    ...(length > 0 ? [`Content-Type: ${type}`, `Content-Length: ${String(length)}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), content]);
}

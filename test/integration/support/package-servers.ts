import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { given } from "../../../components/lib/given.ts";
import { aptSources, debianMirror } from "../../../toolchain/setup/apt.mjs";
import { listen } from "./network.ts";
import type { PrivateCa } from "./private-ca.ts";
import type { TestLogin } from "./private-registry.ts";
import { freePort } from "./project.ts";

/** A request to a server of a test. */
export interface Request {
  readonly path: string;
  readonly status: number;
}

/** A server of a test, with the requests that it got. */
export interface LoggingServer {
  /** Host with port. */
  readonly host: string;
  readonly requests: readonly Request[];
  close(): void;
}

/** Answers an authorized request, and returns the status. */
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<number>;

/** Starts a server with TLS that requires a login. */
async function serve(address: string, ca: PrivateCa, login: TestLogin, handler: Handler): Promise<LoggingServer> {
  const { certificate, key } = ca.sign(address);
  const port = await freePort();
  const requests: Request[] = [];
  const expected = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
  const server = createHttps({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
    // apt 2.6.1 pipelines its requests. Node 24 sometimes answers a pipelined request with 400.
    response.setHeader("connection", "close");
    const isAuthorized = request.headers.authorization === expected;
    const answered = isAuthorized ? handler(request, response) : Promise.resolve(refuse(response));
    void answered
      .catch((error: unknown) => {
        response.writeHead(502).end(String(error));
        return 502;
      })
      .then((status) => requests.push({ path: request.url ?? "", status }));
  });
  await listen(server, address, port);
  return { host: `${address}:${String(port)}`, requests, close: closeOf(server) };
}

function refuse(response: ServerResponse): number {
  response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
  return 401;
}

/**
 * Starts a Python package index at `/simple` with the packages of this machine's index, and an empty index at `/extra`.
 * The files are on the same host, as behind a company's proxy, so that no link leads to another host.
 */
export async function startIndex(address: string, ca: PrivateCa, login: TestLogin): Promise<LoggingServer> {
  const upstream = machineIndex();
  return serve(address, ca, login, async (request, response) => {
    const path = request.url ?? "";
    const file = /^\/files\/([\w-]+)\/[^/]+?(\.metadata)?$/.exec(path);
    if (file !== null) {
      const [, encoded = "", metadata = ""] = file;
      return forward(`${Buffer.from(encoded, "base64url").toString()}${metadata}`, request, response);
    }
    if (!path.startsWith("/simple/")) {
      response.writeHead(404).end();
      return 404;
    }
    const page = await fetchWithRetries(`${upstream}${path.replace(/^\/simple/, "")}`, {
      headers: { accept: "text/html" },
    });
    const text = (await page.text()).replace(/(<a [^>]*href=")([^"#]+)/g, (_, before: string, link: string) => {
      const url = new URL(link, page.url);
      const name = url.pathname.split("/").at(-1) ?? "";
      return `${before}/files/${Buffer.from(url.href).toString("base64url")}/${name}`;
    });
    response.writeHead(page.status, { "content-type": "text/html" }).end(text);
    return page.status;
  });
}

/** Starts a Debian mirror at `/debian` with the packages of this machine's mirror. */
export async function startMirror(address: string, ca: PrivateCa, login: TestLogin): Promise<LoggingServer> {
  const upstream = debianMirror(aptSources())?.replace(/\/+$/, "");
  if (upstream === undefined) throw new Error("this machine has no Debian mirror");
  return serve(address, ca, login, (request, response) =>
    forward(`${upstream}${(request.url ?? "").replace(/^\/debian/, "")}`, request, response),
  );
}

async function forward(url: string, request: IncomingMessage, response: ServerResponse): Promise<number> {
  const { range, "if-modified-since": since } = request.headers;
  const headers = {
    ...given({ range, "if-modified-since": since }),
  };
  const answer = await fetchWithRetries(url, { headers, method: request.method ?? "GET" });
  const passed = ["content-type", "content-range", "last-modified", "accept-ranges"].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const body = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, Object.fromEntries([...passed, ["content-length", String(body.length)]])).end(body);
  return answer.status;
}

/** Pauses before the next tries of a request, in milliseconds. A preflight waits for 5 s. */
const PAUSES = [200, 400, 800];

/** Repeats a request, because this machine's index or mirror may drop a connection or fail for a moment. */
async function fetchWithRetries(url: string, options: RequestInit, tries = 0): Promise<Response> {
  const pause = PAUSES[tries];
  const answer = await fetch(url, options).catch((error: unknown) => {
    if (pause === undefined) throw error;
    return undefined;
  });
  if (answer !== undefined && (answer.status < 500 || pause === undefined)) return answer;
  await sleep(pause);
  return fetchWithRetries(url, options, tries + 1);
}

/** Starts an HTTP proxy to the allowed hosts only. Its requests hold every host that a client wanted. */
export async function startProxy(address: string, allowed: () => readonly string[]): Promise<LoggingServer> {
  const port = await freePort();
  const requests: Request[] = [];
  const open = new Set<Socket>();
  const server = createHttp((request, response) => {
    requests.push({ path: new URL(request.url ?? "", "http://nobody").host, status: 403 });
    response.writeHead(403).end("only CONNECT");
  });
  server.on("connect", (request, socket: Socket) => {
    const target = request.url ?? "";
    const isAllowed = allowed().includes(target);
    requests.push({ path: target, status: isAllowed ? 200 : 403 });
    socket.on("error", () => socket.destroy());
    if (!isAllowed) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const [host = "", to] = target.split(":");
    const onward = connect(Number(to), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    open.add(socket).add(onward);
    onward.on("error", () => socket.destroy());
  });
  await listen(server, address, port);
  const close = closeOf(server);
  return {
    host: `${address}:${String(port)}`,
    requests,
    close() {
      for (const socket of open) socket.destroy();
      close();
    },
  };
}

/** Returns the URL of this machine's package index: from the environment, or else from pip. */
function machineIndex(): string {
  const { UV_DEFAULT_INDEX, UV_INDEX_URL, PIP_INDEX_URL, MORGAN_UV = "uv" } = process.env;
  const set = UV_DEFAULT_INDEX ?? UV_INDEX_URL ?? PIP_INDEX_URL;
  if (set !== undefined) return set.replace(/\/+$/, "");
  const program = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
  const run = (args: readonly string[]): string =>
    execFileSync(MORGAN_UV, args, {
      encoding: "utf8",
      env: { UV_SYSTEM_CERTS: "true", ...process.env },
      stdio: ["ignore", "pipe", "ignore"],
    });
  const answer = (): string => {
    try {
      return run(["tool", "run", "pip", "config", "get", "global.index-url"]);
    } catch {
      return run(["run", "--no-project", "--with", "pip", "python", "-c", program]);
    }
  };
  return answer().trim().replace(/\/+$/, "");
}

function closeOf(server: Server | ReturnType<typeof createHttps>): () => void {
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { getCACertificates } from "node:tls";

/** The route of a request over the network. */
export interface HttpRoute {
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** Certificates in PEM that are trusted besides the public ones; empty for none. */
  readonly certificates: string;
  /** URL of the HTTP proxy, empty for none, and the hosts that are reached without it. */
  readonly proxy: { readonly url: string; readonly except: readonly string[] };
}

/** The HTTP status of an answer, or the code of the error if no answer came. */
export type Answer = { readonly status: number } | { readonly error: string };

/** Sends a GET and does not wait for the body. Never rejects. */
export type HttpGet = (url: string, route: HttpRoute) => Promise<Answer>;

/** Returns the body of an answer of one of some types; undefined if there is none. Never rejects. */
export type HttpText = (url: string, route: HttpRoute, accept: string) => Promise<string | undefined>;

/** Connects to a port and returns the code of the error; undefined if a program listens there. Never rejects. */
export type TcpProbe = (host: string, port: number) => Promise<string | undefined>;

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT = 5000;

/** See `engine/api.ts` for why these modules are not imported. */
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

export const httpGet: HttpGet = (url, route) => {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const request = open(url, route, {}, (response) => {
    resolve({ status: response.statusCode ?? 0 });
    response.destroy();
  });
  request.on("error", (error) => {
    resolve({ error: codeOf(error) });
  });
  return promise;
};

export const httpText: HttpText = (url, route, accept) => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const request = open(url, route, { accept }, (response) => {
    if (response.statusCode === 200) text(response).then(resolve, fail);
    else fail();
  });
  const fail = (): void => {
    resolve(undefined);
    request.destroy();
  };
  request.on("error", fail);
  return promise;
};

function open(
  url: string,
  { login, certificates, proxy }: HttpRoute,
  headers: Readonly<Record<string, string>>,
  answered: (response: IncomingMessage) => void,
): ClientRequest {
  const except = proxy.except.join(",");
  const proxyEnv = proxy.url === "" ? {} : { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: except };
  const auth = login === undefined ? {} : { auth: `${login.user}:${login.password}` };
  const ca = certificates === "" ? {} : { ca: [...getCACertificates(), certificates] };
  const isSecure = url.startsWith("https:");
  const agent = isSecure ? new https.Agent({ proxyEnv, ...ca }) : new http.Agent({ proxyEnv });
  const options: RequestOptions = { agent, headers, ...auth, signal: AbortSignal.timeout(TIMEOUT) };
  return (isSecure ? https : http).get(url, options, answered);
}

export const tcpProbe: TcpProbe = (host, port) => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port, timeout: TIMEOUT });
  const end = (error?: string): void => {
    resolve(error);
    socket.destroy();
  };
  socket.once("connect", () => {
    end();
  });
  socket.once("timeout", () => {
    end("ETIMEDOUT");
  });
  socket.once("error", (error) => {
    end(codeOf(error));
  });
  return promise;
};

function codeOf(error: Error): string {
  if (error.name === "AbortError" || error.name === "TimeoutError") return "ETIMEDOUT";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

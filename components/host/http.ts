import type { RequestOptions } from "node:http";
import { connect } from "node:net";
import { getCACertificates } from "node:tls";

/** How a question goes over the network. */
export interface Way {
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** Certificates in PEM that are trusted besides the public ones. */
  readonly certificates: string;
  /** URL of a proxy, empty for none, and the hosts that are reached without it. */
  readonly proxy: { readonly url: string; readonly except: readonly string[] };
}

/** A status of HTTP, or the code of the error that there was instead of an answer. */
export type Answer = { readonly status: number } | { readonly error: string };

/** Sends a GET and does not wait for the body. Never rejects. */
export type Ask = (url: string, way: Way) => Promise<Answer>;

/** Why nobody listens on a port, as the code of an error; undefined where somebody does. Never rejects. */
export type Knock = (host: string, port: number) => Promise<string | undefined>;

/** How long an answer may take, in milliseconds. */
const TIMEOUT = 5000;

/** See `engine-api.ts` for why it is not imported. */
const { Agent: HttpAgent, get: httpGet } = process.getBuiltinModule("node:http");
const { Agent: HttpsAgent, get: httpsGet } = process.getBuiltinModule("node:https");

export const ask: Ask = (url, { login, certificates, proxy }) => {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const except = proxy.except.join(",");
  const proxyEnv = proxy.url === "" ? {} : { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: except };
  const auth = login === undefined ? {} : { auth: `${login.user}:${login.password}` };
  const ca = certificates === "" ? {} : { ca: [...getCACertificates(), certificates] };
  const isSecure = url.startsWith("https:");
  const agent = isSecure ? new HttpsAgent({ proxyEnv, ...ca }) : new HttpAgent({ proxyEnv });
  const options: RequestOptions = { agent, ...auth, signal: AbortSignal.timeout(TIMEOUT) };
  const sent = (isSecure ? httpsGet : httpGet)(url, options, (response) => {
    resolve({ status: response.statusCode ?? 0 });
    response.destroy();
  });
  sent.on("error", (error) => {
    resolve({ error: codeOf(error) });
  });
  return promise;
};

export const knock: Knock = (host, port) => {
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

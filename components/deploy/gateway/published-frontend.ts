import { refuse } from "./error-responses.ts";

/** Limits for requests at the published port. */
export interface GatewayLimits {
  /** Path, in the container, of the file with certificate and key; undefined for plain HTTP. */
  readonly certificate: string | undefined;
  /** Largest body of a request, in bytes. */
  readonly bodyLimit: number;
  /** Largest number of requests from one client's address in 10 s; 0 for any number. */
  readonly rateLimit: number;
  /** SHA-256 of the token that a request has to bring, in hexadecimal digits; undefined if it needs none. */
  readonly tokenDigest: string | undefined;
}

/** Connections of one address, above which its requests are refused. All clients of a loopback port share an address. */
const ADDRESS_CONNECTIONS = 1000;

/** Connections of one address, above which further ones are closed, so that other addresses find room. */
const ADDRESS_CONNECTIONS_CLOSED = 1500;

/**
 * Returns the section of the published port. Rate and connections are checked before the token, so that guesses count
 * too.
 */
export function publishedFrontend(
  port: number,
  service: string,
  { certificate, rateLimit, tokenDigest, bodyLimit }: GatewayLimits,
): string {
  const lines = [
    `bind :${String(port)}${certificate === undefined ? "" : ` ssl crt ${certificate} ${TLS}`}`,
    ...connectionLines(),
    ...(rateLimit === 0
      ? []
      : [`http-request deny deny_status 429 if { sc_http_req_rate(0) gt ${String(rateLimit)} }`]),
    ...(tokenDigest === undefined ? [] : tokenLines(tokenDigest)),
    ...FORM_LINES,
    bodyLine(bodyLimit),
    ...forwardedLines(certificate === undefined ? "http" : "https"),
    `default_backend ${service}`,
  ];
  return `frontend published\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Without HTTP/2: HAProxy 2.6 resets the stream of a refused request with a body, and the client gets no response. */
const TLS = "ssl-min-ver TLSv1.2 alpn http/1.1";

function connectionLines(): string[] {
  return [
    "stick-table type ip size 100k expire 10s store conn_cur,http_req_rate(10s)",
    "tcp-request connection track-sc0 src",
    `tcp-request connection reject if { sc_conn_cur(0) gt ${String(ADDRESS_CONNECTIONS_CLOSED)} }`,
    `http-request deny deny_status 429 if { sc_conn_cur(0) gt ${String(ADDRESS_CONNECTIONS)} }`,
  ];
}

/** Lines that check the token. They compare digests, so neither this file nor the response time reveals the token. */
function tokenLines(digest: string): string[] {
  return [
    `acl authorised http_auth_bearer,sha2(256),hex -m str ${digest.toUpperCase()}`,
    "acl open path /health /ready",
    "http-request deny deny_status 401 unless authorised or open",
    "http-request del-header authorization",
  ];
}

/** Lines that refuse what HAProxy 2.6 passes on, and what uvicorn 0.54 refuses with an answer in another form. */
const FORM_LINES: readonly string[] = [
  "http-request deny deny_status 405 unless { method GET HEAD POST PUT PATCH DELETE OPTIONS }",
  "http-request deny deny_status 400 unless { path_beg / } { req.ver 1.0 1.1 }",
  refuse("uriTooLong", "url,length gt 8192"),
  refuse("headersTooLarge", "req.hdrs,length gt 32768"),
];

/**
 * The services refuse a body above the limit: they also count a body of undeclared length, and read on until the client
 * reads the response. The gateway refuses a body only if its declared length is twice the limit.
 */
function bodyLine(limit: number): string {
  return `http-request deny deny_status 413 if { req.body_size gt ${String(2 * limit)} }`;
}

/** Lines that replace what a client claims about the way of its request. */
function forwardedLines(scheme: "http" | "https"): string[] {
  return [
    "http-request del-header x-forwarded- -m beg",
    "http-request del-header forwarded",
    "http-request del-header x-real-ip",
    "http-request set-header x-forwarded-for %[src]",
    `http-request set-header x-forwarded-proto ${scheme}`,
  ];
}

import { GATEWAY_STATS_PORT } from "../../catalog/image-contract.ts";
import { ERROR_LINES } from "./error-responses.ts";

/** The route to one service. */
export interface Route {
  /** Name of the service, and DNS name of its containers. */
  readonly name: string;
  /** Port of the containers, and port of the gateway for the other services. */
  readonly port: number;
}

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

/** Inputs of HAProxy's configuration. */
export interface HaproxyConfigArgs {
  readonly routes: readonly Route[];
  /** Name of the service that gets the requests of the published port. */
  readonly published: string;
  /** Port in the gateway's container that is published. */
  readonly publishedPort: number;
  readonly limits: GatewayLimits;
}

/** Largest number of containers of one service at once: the old, the new, and those that failed rollouts left. */
const SERVERS = 8;

/**
 * Returns the configuration of HAProxy 2.6. HAProxy finds containers through the engine's DNS and checks their
 * readiness all the time. So a new container gets few requests before it can answer them, and a stopped one gets none.
 *
 * Services listen on IPv4. HAProxy 2.6 prefers IPv6, which networks have if that is the engine's default.
 *
 * Load tests gave the numbers:
 * - A busy service may not answer checks for seconds, as stt while it decodes. It stays up until five checks fail. A
 *   container that is gone refuses connections instead, and the request is retried elsewhere.
 * - Without retries, a request to a container that is just stopping is lost.
 * - HAProxy can retry only a request that fits into a buffer. 256 KiB suffice for a voice turn of 8 s, and 600 buffers
 *   take little more than half of the gateway's memory.
 * - Only backends wait for the body. A frontend would receive the whole body before it refuses the request.
 *
 * HAProxy treats a new server as healthy until its first check fails, and a server that was healthy until five checks
 * fail. A container that restarts at a new address is one of each, and both are idle. `leastconn` would send every
 * request to these two in turn until its retries run out. So the balance is `roundrobin`, and a new server starts with
 * 1/16 of its weight.
 *
 * After a reload (see reload-config.sh), the new worker starts with the server states of the old worker. Without them
 * it would have no server for its first requests. The old worker keeps idle connections open for one more request. If
 * it closed them, a request that just arrives might be served or not, and its client could not find out.
 */
export function haproxyConfig({ routes, published, publishedPort, limits }: HaproxyConfigArgs): string {
  return [
    GLOBAL,
    publishedFrontend(publishedPort, published, limits),
    ...routes.map(({ name, port }) => `frontend ${name}\n  bind :${String(port)}\n  default_backend ${name}\n`),
    ...routes.map(
      ({ name, port }) => `backend ${name}
  option http-buffer-request
  http-check send meth GET uri /ready
  server-template ${name} ${String(SERVERS)} ${name}:${String(port)} check resolvers engine resolve-prefer ipv4 init-addr last,none
`,
    ),
  ].join("\n");
}

/**
 * The services refuse a body above the limit: they also count a body of undeclared length, and read on until the client
 * reads the response. The gateway refuses a body only if its declared length is twice the limit.
 */
function publishedFrontend(port: number, published: string, { certificate, ...limits }: GatewayLimits): string {
  const lines = [
    `bind :${String(port)}${certificate === undefined ? "" : ` ssl crt ${certificate} ${TLS}`}`,
    ...(limits.rateLimit === 0 ? [] : rateLines(limits.rateLimit)),
    ...(limits.tokenDigest === undefined ? [] : tokenLines(limits.tokenDigest)),
    `http-request deny deny_status 413 if { req.body_size gt ${String(2 * limits.bodyLimit)} }`,
    `default_backend ${published}`,
  ];
  return `frontend published\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Without HTTP/2: HAProxy 2.6 resets the stream of a refused request with a body, and the client gets no response. */
const TLS = "ssl-min-ver TLSv1.2 alpn http/1.1";

/** Lines that limit the rate. They come before the check of the token, so that guesses count too. */
function rateLines(limit: number): string[] {
  return [
    "stick-table type ip size 100k expire 10s store http_req_rate(10s)",
    "http-request track-sc0 src",
    `http-request deny deny_status 429 if { sc_http_req_rate(0) gt ${String(limit)} }`,
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

const GLOBAL = `global
  log stdout format raw local0 notice
  maxconn 2000
  tune.bufsize 262144
  tune.buffers.limit 600
  stats socket ipv4@127.0.0.1:${String(GATEWAY_STATS_PORT)} level user
  server-state-file /tmp/servers

resolvers engine
  nameserver dns 127.0.0.11:53
  resolve_retries 3
  timeout resolve 500ms
  timeout retry 500ms
  hold valid 500ms
  hold obsolete 2s

defaults
  mode http
  log global
  option dontlognull
  option httpchk
  option redispatch 1
  option idle-close-on-response
  load-server-state-from-file global
  balance roundrobin
  retries 5
  retry-on conn-failure empty-response
  timeout connect 500ms
  timeout check 5s
  timeout queue 5s
  timeout http-request 10s
  timeout client 60s
  timeout server 60s
  default-server inter 500ms fastinter 200ms downinter 200ms fall 5 rise 1 weight 16 slowstart 2s
${ERROR_LINES.map(
  (line) => `  ${line}
`,
).join("")}`;

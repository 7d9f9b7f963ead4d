import { ERROR_LINES } from "./error-responses.ts";

/** One service as the gateway sees it. */
export interface Route {
  /** Name by which the engine's DNS knows the service's containers. */
  readonly name: string;
  /** Port of the containers, and the gateway's own port for the other services. */
  readonly port: number;
}

/** What the published port demands of a request. */
export interface GatewayLimits {
  /** Path, in the container, of the file with certificate and key; undefined for plain HTTP. */
  readonly certificate: string | undefined;
  /** Largest body that is taken, in bytes. */
  readonly bodyLimit: number;
  /** Requests of one client's address in 10 s; 0 for any number. */
  readonly rateLimit: number;
  /** SHA-256 of the token that a request has to bring, in hexadecimal digits; undefined where it needs none. */
  readonly tokenDigest: string | undefined;
}

/** Inputs of the gateway's configuration. */
export interface HaproxyConfigArgs {
  readonly routes: readonly Route[];
  /** Name of the service that the published port leads to. */
  readonly published: string;
  /** The gateway's port, inside its container, that is published. */
  readonly publishedPort: number;
  readonly limits: GatewayLimits;
}

/** How many containers of one service can be there at once: the old, the new, and what failed rollouts left. */
const SERVERS = 8;

/**
 * HAProxy's configuration. Containers are found over the engine's DNS and asked for their readiness all the time, so
 * that a newcomer gets few requests before it can answer them and one that stops gets none after.
 *
 * The numbers were found under load. A service that computes hard may not answer checks for seconds (stt, while it
 * decodes), and must not be taken for one that is gone, which refuses connections; that costs a request nothing. Without
 * retries a request that meets a container at its end is lost. Only what fits into a buffer can be sent a second time:
 * 256 KiB are a voice turn of 8 s, and 600 of them are little more than half of the gateway's memory. Backends alone wait
 * for it: a frontend that did would take a body in before it refused it.
 *
 * This HAProxy takes a newcomer for good until its first check has failed, and one that died until five have. A container
 * that dies and is started again at another address is both at once, and whoever chooses by connections sends every
 * request to such idle ones, one after the other, until its tries are used up. So containers take turns, and a newcomer
 * begins with a sixteenth of its share.
 *
 * A worker that takes over (see reload-config.sh) begins with what its predecessor knew of the containers: asking for
 * them first, it would have none for its first requests. Its predecessor leaves idle connections open for one more
 * request, since a client that is just sending one on such a connection could not tell whether it was served.
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
  server-template ${name} ${String(SERVERS)} ${name}:${String(port)} check resolvers engine init-addr last,none
`,
    ),
  ].join("\n");
}

/**
 * Which body is too large is for the services to say: they count one of undeclared length too, and read on until its
 * client looks for the answer. What is declared twice as large is not worth that.
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

/** Without HTTP/2: this HAProxy resets the stream of a refused request with a body, and its client sees no answer. */
const TLS = "ssl-min-ver TLSv1.2 alpn http/1.1";

/** Counted before the token is looked at: guesses are requests too. */
function rateLines(limit: number): string[] {
  return [
    "stick-table type ip size 100k expire 10s store http_req_rate(10s)",
    "http-request track-sc0 src",
    `http-request deny deny_status 429 if { sc_http_req_rate(0) gt ${String(limit)} }`,
  ];
}

/** The digest is compared: nobody learns the token from this file, or from how long an answer takes. */
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
  stats socket ipv4@127.0.0.1:9998 level user
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

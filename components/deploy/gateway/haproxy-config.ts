import { GATEWAY_NAME, GATEWAY_STATS_PORT } from "../../catalog/image-contract.ts";
import { ERROR_LINES, refuse } from "./error-responses.ts";
import { publishedFrontend, type GatewayLimits } from "./published-frontend.ts";

/** The route to one service. */
export interface Route {
  /** Name of the service, and DNS name of its containers. */
  readonly name: string;
  /** Port of the containers, and port of the gateway for the other services. */
  readonly port: number;
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

/** Requests that one container gets at once; the others wait. */
const AT_ONCE = 100;

/** Requests that may wait for the containers of one service. A longer queue would only delay everyone's refusal. */
const QUEUE = 100;

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
 * - HAProxy can retry only a request that fits into a buffer. 256 KiB suffice for a voice turn of 8 s.
 * - Only backends wait for the body. A frontend would receive the whole body before it refuses the request.
 *
 * A connection that has sent one byte takes a buffer. So there are more buffers than connections, and all of them fit
 * into the gateway's memory.
 *
 * A request that ended its container must not end the next one. HAProxy sends a request a second time only if the
 * service has two containers, which it has during a rollout. A request that no container got is always sent again.
 * If a container dies of a request that is not the first of its connection, HAProxy 2.6 closes that connection without
 * a response. So the connections between services have one request each.
 *
 * HAProxy treats a new server as healthy until its first check fails, and a server that was healthy until five checks
 * fail. A container that restarts at a new address is one of each, and both are idle. `leastconn` would send every
 * request to these two in turn until its retries run out. So the balance is `roundrobin`, and a new server starts with
 * 1/16 of its weight.
 *
 * After a reload (see `reload/`), the new worker starts with the server states of the old worker. Without them
 * it would have no server for its first requests. The old worker keeps idle connections open for one more request. If
 * it closed them, a request that just arrives might be served or not, and its client could not find out.
 */
export function haproxyConfig({ routes, published, publishedPort, limits }: HaproxyConfigArgs): string {
  return [
    GLOBAL,
    publishedFrontend(publishedPort, published, limits),
    ...routes.map(innerFrontend),
    ...routes.map(backend),
  ].join("\n");
}

/** The port for the other services. It is open on the services' network only, where the gateway has its DNS name. */
function innerFrontend({ name, port }: Route): string {
  return `frontend ${name}
  bind ipv4@${GATEWAY_NAME}:${String(port)}
  option httpclose
  default_backend ${name}
`;
}

function backend({ name, port }: Route): string {
  return `backend ${name}
  option http-buffer-request
  option http-server-close
  timeout http-request 30s
  ${refuse("busy", `queue(${name}) ge ${String(QUEUE)}`)}
  http-request disable-l7-retry if { nbsrv(${name}) lt 2 }
  http-check send meth GET uri /ready
  server-template ${name} ${String(SERVERS)} ${name}:${String(port)} maxconn ${String(AT_ONCE)} check resolvers engine resolve-prefer ipv4 init-addr last,none
`;
}

const GLOBAL = `global
  log stdout format raw local0 notice
  maxconn 2000
  tune.bufsize 262144
  tune.buffers.limit 2800
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
  option disable-h2-upgrade
  load-server-state-from-file global
  balance roundrobin
  retries 5
  retry-on conn-failure empty-response
  timeout connect 500ms
  timeout check 5s
  timeout queue 5s
  timeout http-request 10s
  timeout http-keep-alive 10s
  timeout client 60s
  timeout server 60s
  default-server inter 500ms fastinter 200ms downinter 200ms fall 5 rise 1 weight 16 slowstart 2s
${ERROR_LINES.map(
  (line) => `  ${line}
`,
).join("")}`;

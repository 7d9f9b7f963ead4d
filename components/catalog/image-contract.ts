/**
 * The names on which images and containers agree: users, folders, ports and commands. Recipes write them into an image,
 * and containers are made with them. The users of Redis, PostgreSQL and HAProxy are those of the upstream images.
 */

/** User of every service, as "uid:gid". A number lets an engine know without /etc/passwd that it is not root. */
export const SERVICE_USER = "10001:10001";

/** Folder of a service's code. */
export const APP = "/app";

/** Folder in which services find their weights. */
export const WEIGHTS = "/models";

/** User of the registry, as "uid:gid". */
export const REGISTRY_USER = "10002:10002";

/** Folder in which the registry keeps its blobs. */
export const REGISTRY_DATA = "/var/lib/registry";

/** Port on which the registry listens in its container. */
export const REGISTRY_PORT = 5000;

/** Starts the registry alone, which takes writes from everyone. */
export const REGISTRY_COMMAND: readonly string[] = ["docker-registry", "serve", "/etc/registry.yml"];

/** Program that starts the registry behind a guard, which refuses a write without the stack's login. */
export const WRITER_GUARD = "/usr/local/bin/guarded-registry";

/** Variable of the guard: SHA-256 of the header `authorization` with the stack's login, in upper-case digits. */
export const WRITER_DIGEST = "MORGAN_WRITER_DIGEST";

/** User of Redis and PostgreSQL, as "uid:gid". */
export const DATA_USER = "999:999";

/** User of HAProxy, as "uid:gid". */
export const HAPROXY_USER = "99:99";

/** Folder of the gateway's configuration. */
export const GATEWAY_FOLDER = "/usr/local/etc/haproxy";

/** Configuration file of HAProxy. */
export const HAPROXY_CONFIG = `${GATEWAY_FOLDER}/haproxy.cfg`;

/** Starts HAProxy as a master with workers, in the foreground. */
export const HAPROXY_COMMAND: readonly string[] = ["haproxy", "-W", "-db", "-f", HAPROXY_CONFIG];

/** DNS name of the gateway on the network of the services. */
export const GATEWAY_NAME = "gateway";

/** Port in the gateway's container that is published on the host. */
export const GATEWAY_PORT = 8080;

/** Port of HAProxy's own commands, on the loopback address of the gateway's container. */
export const GATEWAY_STATS_PORT = 9998;

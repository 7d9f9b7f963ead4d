import type { Problem } from "../lib/errors.ts";
import { GATEWAY_PORT, GATEWAY_STATS_PORT } from "./image-contract.ts";
import type { Catalog, Service } from "./service.ts";

/** A name that is a DNS label, a Python module and a part of a variable. */
const NAME = /^[a-z][a-z0-9]{0,30}$/;

/** Names of stages, containers, networks and parts of the gateway's configuration, which a service would share. */
const TAKEN = [
  ...["base", "debian", "gateway", "haproxy", "identity", "images", "deployment", "morgan", "network", "postgres"],
  ...["published", "redis", "registry", "release", "settled", "shared", "tools"],
];

/** Ports on which the gateway's container listens for itself. */
const GATEWAY_PORTS = [GATEWAY_PORT, GATEWAY_STATS_PORT];

/**
 * Returns the problems of a catalog that its type does not exclude. With two services at one port, the gateway sends
 * the requests for one of them to the other.
 */
export function checkCatalog(catalog: Catalog): Problem[] {
  return [
    ...Object.entries(catalog).flatMap(([name, service]) => [
      ...checkName(name),
      ...checkPort(name, service, catalog),
      ...checkCalls(name, service, catalog),
      ...(service.cpus > 0
        ? []
        : [wrong(`${name}.cpus`, "a number of cores above 0", String(service.cpus), "give it a share of a core")]),
    ]),
    ...checkPublished(catalog),
  ];
}

function checkName(name: string): Problem[] {
  const fix = "give the service another name";
  if (!NAME.test(name)) {
    return [wrong(name, "a name of up to 31 small letters and digits, a letter first", `"${name}"`, fix)];
  }
  return TAKEN.includes(name) ? [wrong(name, `a name other than ${TAKEN.join(", ")}`, `"${name}"`, fix)] : [];
}

function checkPort(name: string, { port }: Service, catalog: Catalog): Problem[] {
  const fix = "give the service a port of its own";
  const key = `${name}.port`;
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) {
    return [wrong(key, "a port that needs no privilege, 1024 to 65535", String(port), fix)];
  }
  if (GATEWAY_PORTS.includes(port)) {
    return [wrong(key, `a port other than the gateway's own, ${GATEWAY_PORTS.join(" and ")}`, String(port), fix)];
  }
  const first = Object.keys(catalog).find((other) => catalog[other]?.port === port);
  return first === name || first === undefined
    ? []
    : [wrong(key, `a port that no other service has`, `${String(port)}, which ${first} has`, fix)];
}

function checkCalls(name: string, { calls }: Service, catalog: Catalog): Problem[] {
  const others = Object.keys(catalog).filter((other) => other !== name);
  const odd = calls.filter((called, index) => !others.includes(called) || calls.indexOf(called) !== index);
  if (odd.length === 0) return [];
  const fix = "name services of the catalog, each once, and not the service itself";
  return [wrong(`${name}.calls`, `services out of ${others.join(", ")}`, odd.join(", "), fix)];
}

function checkPublished(catalog: Catalog): Problem[] {
  const published = Object.keys(catalog).filter((name) => catalog[name]?.published === true);
  if (published.length === 1) return [];
  const fix = "set published for the one service that gets the requests of the published port";
  return [wrong("published", "exactly one service", published.join(", ") || "none", fix)];
}

function wrong(key: string, expected: string, found: string, fix: string): Problem {
  return { key: `services/catalog.ts ${key}`, expected, found, fix };
}

import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import { checkIdentity } from "./identity.ts";
import type { KnownState } from "./known-state.ts";
import { hasRun, type Identity } from "../engine/identity.ts";
import { belongs, containersOf, stackOf } from "../engine/ownership.ts";
import { messageOf, type Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";

/**
 * Checks that the engine answers, that no other stack of the same name is there, and that the host's ports that the
 * stack publishes are free.
 */
export async function checkEngine(
  config: MorganConfig,
  host: Host,
  { identity: reading, outputs, isPreview }: KnownState,
): Promise<{ readonly answers: boolean; readonly problems: readonly Problem[] }> {
  try {
    await host.engine.version();
  } catch (error) {
    const address = config.machine.dockerHost === "" ? "/var/run/docker.sock" : config.machine.dockerHost;
    const found = messageOf(error);
    const expected = `an engine that answers at ${address}`;
    const fix = "start it (npm run setup does, if it may), or point DOCKER_HOST at one";
    return { answers: false, problems: [{ key: "container engine", expected, found, fix }] };
  }
  const [identity, ran] = await Promise.all([reading, outputs.then(hasRun)]);
  const [foreign, ports] = await Promise.all([
    checkIdentity(config, host, { identity, isPreview, hasRun: ran }),
    checkPorts(config, host, identity),
  ]);
  return { answers: true, problems: [...foreign, ...ports] };
}

/** Warns that a new gateway port means downtime: a changed port replaces the container, stop-first. */
async function announceMove({ gateway }: MorganConfig, { engine }: Host, identity: Identity): Promise<void> {
  const gateways = await containersOf(engine, identity, "gateway");
  const ports = gateways.find(({ running }) => running)?.publishedPorts ?? [];
  if (ports.length === 0 || ports.includes(gateway.port)) return;
  await pulumi.log.warn(
    `the port of the stack moves from ${ports.join(", ")} to ${String(gateway.port)}: the gateway is replaced, ` +
      "with downtime from the end of the old one until the new one is ready",
  );
}

/** Checks that wanted ports are free. A port that a container of this stack publishes counts as free. */
async function checkPorts(config: MorganConfig, host: Host, identity: Identity): Promise<Problem[]> {
  const wanted = [
    { key: "morgan:gatewayPort", address: config.gateway.address, port: config.gateway.port },
    ...(config.images.registry.kind === "local"
      ? [{ key: "morgan:registryPort", address: "127.0.0.1", port: config.images.registry.port }]
      : []),
  ].filter(({ port }) => port !== 0);
  const [containers] = await Promise.all([
    host.engine.containers({ publishedPorts: wanted.map(({ port }) => port) }),
    announceMove(config, host, identity),
  ]);
  const checked = wanted.map(async ({ key, address, port }): Promise<Problem[]> => {
    const occupant = containers.find(({ publishedPorts }) => publishedPorts.includes(port));
    if (occupant !== undefined && belongs(occupant.labels, identity)) return [];
    const stack = stackOf(occupant?.labels ?? {});
    if (occupant === undefined && !(await host.portInUse(address, port))) return [];
    const found = stack === undefined ? "another program listens there" : `the stack "${stack}" has it`;
    return [
      { key, expected: `port ${String(port)} of ${address} to be free`, found, fix: `set ${key} to another port` },
    ];
  });
  return (await Promise.all(checked)).flat();
}

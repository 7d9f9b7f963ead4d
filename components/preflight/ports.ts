import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import type { ListedContainer, PublishedPort } from "../engine/containers.ts";
import type { EngineFacts } from "../engine/facts.ts";
import type { Identity } from "../engine/identity.ts";
import { ROLE_LABEL } from "../engine/labels.ts";
import { belongs, containersOf, stackOf } from "../engine/ownership.ts";
import { isLocal } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";

type Config = Pick<MorganConfig, "gateway" | "images" | "engine">;

/** A port that the stack publishes. */
interface WantedPort extends PublishedPort {
  readonly key: "morgan:gatewayPort" | "morgan:registryPort";
  /** Role of the container that gets it. */
  readonly role: "gateway" | "registry";
}

/** Address that stands for all IPv4 addresses of a machine. */
const ALL = "0.0.0.0";

/** Checks that the engine's host has the gateway's address, and that the ports are free that the stack publishes. */
export async function checkPorts(
  config: Config,
  host: Host,
  { identity, facts }: { readonly identity: Identity; readonly facts: EngineFacts },
): Promise<Problem[]> {
  const missing = await checkAddress(config, host, facts);
  const wanted = wantedPorts(config).filter(({ port, role }) => port !== 0 && !(missing && role === "gateway"));
  const [containers] = await Promise.all([
    host.engine.containers({ publishedPorts: wanted.map(({ port }) => port) }),
    announceMove(config, host, identity),
  ]);
  const context = { host, identity, isHere: isLocal(config.engine.host), isRootless: facts.isRootless };
  const found = await Promise.all(wanted.map((port) => checkPort(port, containers, context)));
  return [...(missing ? [missing] : []), ...found.flat()];
}

function wantedPorts({ gateway, images: { registry } }: Config): WantedPort[] {
  const ports: WantedPort[] = [
    { key: "morgan:gatewayPort", role: "gateway", address: gateway.address, port: gateway.port },
  ];
  if (registry.kind === "local") {
    ports.push({ key: "morgan:registryPort", role: "registry", address: "127.0.0.1", port: registry.port });
  }
  return ports;
}

/**
 * Checks that the engine's host has the gateway's address. Docker 28.5 finds out when it starts the new gateway, after
 * the old one is gone. Only the host itself can be asked, and a container with this program is another machine.
 */
async function checkAddress({ gateway, engine }: Config, host: Host, facts: EngineFacts): Promise<Problem | undefined> {
  const { address } = gateway;
  if (!isLocal(engine.host) || facts.name !== host.name) return undefined;
  if ((await host.tryListen(address, 0)) !== "EADDRNOTAVAIL") return undefined;
  return {
    key: "morgan:gatewayAddress",
    expected: `an address of the engine's host: ${[...host.addresses(), ALL].join(", ")}`,
    found: `"${address}", which the host does not have`,
    fix: "pulumi config set gatewayAddress …",
  };
}

interface PortContext {
  readonly host: Host;
  readonly identity: Identity;
  /** True if the ports of the engine's host can be tried from here. */
  readonly isHere: boolean;
  readonly isRootless: boolean;
}

/** Checks that a port is free. What the same container of this stack publishes now counts as free. */
async function checkPort(
  wanted: WantedPort,
  containers: readonly ListedContainer[],
  context: PortContext,
): Promise<Problem[]> {
  const { key, role } = wanted;
  const expected = `port ${String(wanted.port)} of ${wanted.address} to be free`;
  const occupants = containers.filter(({ published }) => published.some((port) => overlap(port, wanted)));
  const other = occupants.find(({ labels }) => !belongs(labels, context.identity));
  const fix = `set ${key} to another port`;
  if (other !== undefined) return [{ key, expected, found: nameOf(other), fix }];
  const sibling = occupants.find(({ labels }) => labels[ROLE_LABEL] !== role)?.labels[ROLE_LABEL];
  if (sibling !== undefined) {
    const free = `to swap ports, give the ${sibling} a third port in an up before this one`;
    return [{ key, expected, found: `the ${sibling} of this stack has it`, fix: `${fix}; ${free}` }];
  }
  const own = occupants.flatMap(({ published }) => published.filter((port) => overlap(port, wanted)));
  const refusal = context.isHere ? await refusedAddress(wanted, own, context.host) : undefined;
  if (refusal?.code === "EADDRINUSE")
    return [{ key, expected, found: `another program listens at ${refusal.at}`, fix }];
  // An engine without root may open what its user may open, and this program is that user's.
  if (refusal?.code !== "EACCES" || !context.isRootless) return [];
  return [
    { key, expected: "a port that the user of the engine may open", found: `${refusal.at}, for root alone`, fix },
  ];
}

/** Returns an address at which no program can listen; undefined if there is none. `own` is this stack's already. */
async function refusedAddress(
  { address, port }: PublishedPort,
  own: readonly PublishedPort[],
  host: Host,
): Promise<{ readonly at: string; readonly code: string } | undefined> {
  if (own.some((has) => has.address === ALL || has.address === address)) return undefined;
  // The stack's own listener at one address would stand in the way of a trial at all of them.
  const all =
    own.length === 0 ? [address] : host.addresses().filter((each) => own.every((has) => has.address !== each));
  for (const each of all) {
    const code = await host.tryListen(each, port);
    if (code !== undefined) return { at: `${each}:${String(port)}`, code };
  }
  return undefined;
}

function overlap(a: PublishedPort, b: PublishedPort): boolean {
  return a.port === b.port && (a.address === b.address || a.address === ALL || b.address === ALL);
}

function nameOf({ labels }: ListedContainer): string {
  const stack = stackOf(labels);
  return stack === undefined ? "another container has it" : `the stack "${stack}" has it`;
}

/** Warns that a new address or port means downtime: it replaces the gateway, stop-first. */
async function announceMove({ gateway }: Config, { engine }: Host, identity: Identity): Promise<void> {
  const gateways = await containersOf(engine, identity, "gateway");
  const now = gateways.find(({ running }) => running)?.published ?? [];
  const isSame = now.some(({ address, port }) => port === gateway.port && address === gateway.address);
  if (now.length === 0 || isSame) return;
  const from = now.map(({ address, port }) => `${address}:${String(port)}`).join(", ");
  await pulumi.log.warn(
    `the port of the stack moves from ${from} to ${gateway.address}:${String(gateway.port)}: the gateway is ` +
      "replaced, with downtime from the end of the old one until the new one is ready",
  );
}

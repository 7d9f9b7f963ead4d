import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import { roleLabels, STACK_LABEL } from "../engine/labels.ts";
import { bindingProblem, recordedEngine } from "../engine/binding.ts";
import type { EngineFacts } from "../engine/facts.ts";
import { isLocal } from "../lib/engine-address.ts";
import { messageOf, type Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";

/** Result of the checks of the engine. */
export interface EngineCheck {
  /** Facts about the engine; undefined if no engine answers, or another one than the stack's. */
  readonly facts: EngineFacts | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Checks that the stack's own engine answers, that it can do what the configuration asks for, and that the host's ports
 * that the stack publishes are free.
 *
 * @param outputs - the stack's own outputs.
 */
export async function checkEngine(config: MorganConfig, host: Host, outputs: Promise<unknown>): Promise<EngineCheck> {
  const { stack, engine, images } = config;
  // An address that cannot be used has been reported.
  if (engine.host === "") return { facts: undefined, problems: [] };
  let facts: EngineFacts;
  try {
    facts = await host.engine.facts();
  } catch (error) {
    const found = messageOf(error);
    const expected = `an engine that answers at ${engine.host}`;
    const fix = "start it (npm run setup does, if it may), or point DOCKER_HOST at one";
    return { facts: undefined, problems: [{ key: "container engine", expected, found, fix }] };
  }
  const recorded = recordedEngine(await outputs);
  const other = bindingProblem({ stack, found: facts, recorded, wanted: engine.wanted });
  if (other !== undefined) return { facts: undefined, problems: [other] };
  const [sizes, ports] = await Promise.all([checkSizeReport(facts, images.sizeBudgets), checkPorts(config, host)]);
  return { facts, problems: [...sizes, ...ports] };
}

/** First version of Docker whose API reports the sizes of an image. */
const REPORTS_SIZES = 28;

/** Checks that the engine reports sizes, without which no size budget has an effect. */
async function checkSizeReport({ version }: EngineFacts, sizeBudgets: "enforce" | "warn"): Promise<Problem[]> {
  if (!(Number.parseInt(version, 10) < REPORTS_SIZES)) return [];
  const found = `Docker ${version}, which does not report them`;
  if (sizeBudgets === "warn") {
    await pulumi.log.warn(
      `no size budget is checked: the sizes of images come from Docker ${String(REPORTS_SIZES)} or newer, and this is ${found}`,
    );
    return [];
  }
  const expected = `an engine that reports the sizes of images: Docker ${String(REPORTS_SIZES)} or newer`;
  return [
    { key: "morgan:sizeBudgets", expected, found, fix: "update the engine, or: pulumi config set sizeBudgets warn" },
  ];
}

/** Warns that a new gateway port means downtime: a changed port replaces the container, stop-first. */
async function announceMove({ stack, gateway }: MorganConfig, { engine }: Host): Promise<void> {
  const gateways = await engine.containers({ labels: roleLabels(stack, "gateway") });
  const ports = gateways.find(({ running }) => running)?.publishedPorts ?? [];
  if (ports.length === 0 || ports.includes(gateway.port)) return;
  await pulumi.log.warn(
    `the port of the stack moves from ${ports.join(", ")} to ${String(gateway.port)}: the gateway is replaced, ` +
      "with downtime from the end of the old one until the new one is ready",
  );
}

/** Checks that wanted ports are free. A port that a container of this stack publishes counts as free. */
async function checkPorts(config: MorganConfig, host: Host): Promise<Problem[]> {
  const wanted = [
    { key: "morgan:gatewayPort", address: config.gateway.address, port: config.gateway.port },
    ...(config.images.registry.kind === "local"
      ? [{ key: "morgan:registryPort", address: "127.0.0.1", port: config.images.registry.port }]
      : []),
  ].filter(({ port }) => port !== 0);
  const [containers] = await Promise.all([
    host.engine.containers({ publishedPorts: wanted.map(({ port }) => port) }),
    announceMove(config, host),
  ]);
  const checked = wanted.map(async ({ key, address, port }): Promise<Problem[]> => {
    const occupant = containers.find(({ publishedPorts }) => publishedPorts.includes(port));
    const stack = occupant?.labels[STACK_LABEL];
    if (stack === config.stack) return [];
    // The ports of another machine cannot be tried from here.
    const isTaken = occupant !== undefined || (isLocal(config.engine.host) && (await host.portInUse(address, port)));
    if (!isTaken) return [];
    const found = stack === undefined ? "another program listens there" : `the stack "${stack}" has it`;
    return [
      { key, expected: `port ${String(port)} of ${address} to be free`, found, fix: `set ${key} to another port` },
    ];
  });
  return (await Promise.all(checked)).flat();
}

import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import { checkIdentity } from "./identity.ts";
import type { KnownState } from "./known-state.ts";
import { checkPorts } from "./ports.ts";
import { checkRegistryMove, checkRegistryOwner } from "./registry.ts";
import { hasRun } from "../engine/identity.ts";
import { bindingProblem, recordedEngine } from "../engine/binding.ts";
import type { EngineFacts } from "../engine/facts.ts";
import { messageOf, type Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";

/** Result of the checks of the engine. */
export interface EngineCheck {
  /** Facts about the engine; undefined if no engine answers, or another one than the stack's. */
  readonly facts: EngineFacts | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Checks that the stack's own engine answers, that no other stack of the same name is there, that the engine can do what
 * the configuration asks for, and that the host has the addresses and ports that the stack publishes.
 */
export async function checkEngine(
  config: MorganConfig,
  host: Host,
  { identity: reading, outputs: reported, isPreview }: KnownState,
): Promise<EngineCheck> {
  const { stack, engine, images } = config;
  // An address that cannot be used has been reported.
  if (engine.host === "") return { facts: undefined, problems: [] };
  let facts: EngineFacts;
  try {
    facts = await host.engine.facts();
  } catch (error) {
    const found = messageOf(error);
    const expected = `an engine that answers at ${engine.host}`;
    const fix =
      "start it (npm run setup does, if it may), or point DOCKER_HOST at one" +
      (isPreview ? "; for a preview away from it: ./morgan preview --without-machine" : "");
    return { facts: undefined, problems: [{ key: "container engine", expected, found, fix }] };
  }
  const [identity, outputs] = await Promise.all([reading, reported]);
  const recorded = recordedEngine(outputs);
  const other = bindingProblem({ stack, found: facts, recorded, wanted: engine.wanted });
  if (other !== undefined) return { facts: undefined, problems: [other] };
  const problems = await Promise.all([
    checkIdentity(config, host, { identity, isPreview, hasRun: hasRun(outputs) }),
    checkSizeReport(facts, images.sizeBudgets),
    checkPorts(config, host, { identity, facts }),
    checkRegistryMove(config, host, identity),
    checkRegistryOwner(config, host),
  ]);
  return { facts, problems: problems.flat() };
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

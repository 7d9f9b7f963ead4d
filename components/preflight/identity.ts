import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import type { Identity } from "../engine/identity.ts";
import { STATE_LABEL } from "../engine/labels.ts";
import { containersOf, foreignThings, type StackThings } from "../engine/ownership.ts";
import { counted } from "../lib/counted.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";

type Config = Pick<MorganConfig, "stack" | "data">;

/** The part of the state that the check needs. */
interface Known {
  readonly identity: Identity;
  readonly isPreview: boolean;
  /** True if an `up` of this state has succeeded. */
  readonly hasRun: boolean;
}

/** Checks that the stack is the one that its state was made for, and that no other state has its name on the engine. */
export async function checkIdentity(
  config: Config,
  host: Host,
  { identity, isPreview, hasRun }: Known,
): Promise<Problem[]> {
  if (identity.stack !== config.stack) return [renameProblem(config.stack, identity.stack)];
  if (identity.id === undefined && !isPreview) return [targetProblem(config.stack)];
  const [foreign, own, adopted] = await Promise.all([
    foreignThings(host.engine, identity),
    containersOf(host.engine, identity),
    hasRun ? [] : checkAdopted(config, host),
  ]);
  if (foreign.containers.length + foreign.networks.length > 0)
    return [foreignProblem(config.stack, foreign), ...adopted];
  const unused = foreign.volumes.filter(({ name }) => !Object.values(config.data.adoptedVolumes).includes(name));
  if (unused.length > 0 && !hasRun && own.length === 0) {
    await pulumi.log.warn(
      `volumes of another state of the stack "${config.stack}" are in the engine, and this stack does not use them: ` +
        `${unused.map(({ name }) => name).join(", ")}; to take them over: ./morgan adopt --stack ${config.stack}`,
    );
  }
  return adopted;
}

/** The problem that the stack was renamed. */
export function renameProblem(now: string, before: string): Problem {
  return {
    key: "name of the stack",
    expected: `"${before}", the name under which everything in the engine and in the registry was made`,
    found: `"${now}"; the stack was renamed`,
    fix: `pulumi stack rename ${before} --stack ${now}; for a stack of another name, make a new one`,
  };
}

function targetProblem(stack: string): Problem {
  return {
    key: "identity",
    expected: "a state that has an id before anything is made",
    found: `the state of "${stack}" has none, and this run does not make one`,
    fix: "run up once without --target",
  };
}

function foreignProblem(stack: string, { containers, networks }: StackThings): Problem {
  const states = new Set([...containers, ...networks].map(({ labels }) => labels[STATE_LABEL] ?? "older than ids"));
  const found =
    `a stack "${stack}" with another state (${[...states].join(", ")}) runs here: ` +
    `${counted(containers.length, "container")}, ${counted(networks.length, "network")}`;
  return {
    key: `the stack "${stack}"`,
    expected: "no stack of this name on the engine, other than the one of this state",
    found,
    fix:
      "work from the checkout that has that state, or destroy the stack there, or take another name; " +
      `if that state is lost, take its data over: ./morgan adopt --stack ${stack}`,
  };
}

/** Checks that the volumes to take over exist. Pulumi would find that out in the middle of an `up`. */
async function checkAdopted({ stack, data }: Config, { engine }: Host): Promise<Problem[]> {
  const wanted = Object.entries(data.adoptedVolumes);
  if (wanted.length === 0) return [];
  const names = new Set((await engine.volumes({})).map(({ name }) => name));
  return wanted
    .filter(([, volume]) => !names.has(volume))
    .map(([name, volume]) => ({
      key: `morgan:adoptVolumes.${name}`,
      expected: "a volume of the engine",
      found: `the engine has no volume "${volume}"`,
      fix: `pulumi config rm --path 'adoptVolumes["${name}"]' --stack ${stack}`,
    }));
}

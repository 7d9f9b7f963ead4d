import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { plain, type Plain } from "./wire.ts";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Name of the resource that it is a child of; empty for none. */
  readonly parent: string;
  /** Inputs as they went to the engine, secrets and unknown values marked. */
  readonly wire: unknown;
  /** Inputs, secrets as their plain values. */
  readonly inputs: Plain;
  /** Names of the resources that it waits for. */
  readonly dependsOn: readonly string[];
  /** Names of the resources that each input comes from. */
  readonly inputsFrom: Readonly<Record<string, readonly string[]>>;
  /** The same for all inputs: what is deleted before it is replaced takes these users with it. */
  readonly usesOutputsOf: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** The program's choice; undefined if the program left the choice to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly replaceOnChanges: readonly string[];
  /** Id of the thing that is taken over instead of a new one; empty for none. */
  readonly importId: string;
  readonly additionalSecretOutputs: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Other names by which its state is found. */
  readonly aliases: readonly string[];
  /** Name of its provider; empty for the default one. */
  readonly provider: string;
  /** Variables that a provider gets under another name, by their names in Pulumi. */
  readonly variables: Readonly<Record<string, string>>;
  /** Outputs that a component registered, with marks for secrets and unknown values. */
  outputs?: unknown;
}

/** The types of the resources that providers make. */
export const TYPES = {
  image: "docker-build:index:Image",
  container: "docker:index/container:Container",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
  command: "command:local:Command",
} as const;

/** All that a program registered. */
export class Registrations {
  readonly all: Registered[] = [];

  of(type: keyof typeof TYPES): Registered[] {
    return this.all.filter((resource) => resource.type === TYPES[type]);
  }

  names(type: keyof typeof TYPES): string[] {
    return this.of(type).map(({ name }) => name);
  }

  /** The one resource of a type and a name. */
  get(type: keyof typeof TYPES, name: string): Registered {
    return this.only((resource) => resource.type === TYPES[type] && resource.name === name, `${type} ${name}`);
  }

  /** The one component of a class. */
  component(className: string): Registered {
    return this.only(({ type }) => type.startsWith("morgan:") && type.endsWith(`:${className}`), className);
  }

  private only(matches: (resource: Registered) => boolean, what: string): Registered {
    const [found, second] = this.all.filter(matches);
    if (found === undefined || second !== undefined) throw new Error(`${what} is not registered exactly once`);
    return found;
  }
}

/** Options for a run of a piece of a program. */
export interface RecordOptions {
  readonly preview?: boolean;
  readonly stack?: string;
  /** States of resources that the run leaves out, as `--target` does, by type and name: "command settled". */
  readonly left?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Resources that do not exist yet and that the run leaves out, by type and name. */
  readonly uncreated?: readonly string[];
}

/**
 * Runs a piece of a program against mocks and waits until all it registers is registered. In a preview nothing that a
 * provider would make up is known, as with a real one.
 */
export async function record(
  build: () => unknown,
  { preview = false, stack = "dev", left = {}, uncreated = [] }: RecordOptions = {},
): Promise<Registrations> {
  const registrations = new Registrations();
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      const state = inputs as Record<string, unknown>;
      const resource = `${shortType(type)} ${name}`;
      if (uncreated.includes(resource)) return { id: undefined, state };
      const kept = left[resource];
      if (kept !== undefined) return { id: `${name}-old-id`, state: { ...state, ...made(type, name, state), ...kept } };
      return preview ? { id: undefined, state } : { id: `${name}-id`, state: { ...state, ...made(type, name, state) } };
    },
    call: () => ({}),
  };
  await pulumi.runtime.setMocks(mocks, "morgan", stack, preview, "organization");
  listen(registrations);
  withoutStackTraces(build);
  await pulumi.runtime.disconnect();
  return registrations;
}

/** Runs a piece of a program that fails on the way; gives the errors too, each once, as Pulumi prints them. */
export async function recordFailure(
  build: () => unknown,
  options: RecordOptions = {},
): Promise<{ readonly registrations: Registrations; readonly errors: readonly unknown[] }> {
  const errors = new Set<unknown>();
  const note = (error: unknown): void => void errors.add(error);
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  try {
    const registrations = await record(build, options);
    await setImmediate();
    return { registrations, errors: [...errors] };
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

/** Pulumi keeps a stack trace with every promise of every input: more than nine tenths of the time that this takes. */
function withoutStackTraces(build: () => unknown): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    build();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function shortType(type: string): string {
  return Object.entries(TYPES).find(([, full]) => full === type)?.[0] ?? type;
}

/** Outputs that a provider computes from the inputs. An image whose inputs stay keeps its digest. */
function made(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const digest = madeDigest(plain(inputs));
  switch (type) {
    case TYPES.image:
      return { ref: `${(inputs["tags"] as string[])[0] ?? ""}@${digest}`, digest };
    case TYPES.command:
      if (name === "settled") return { stdout: watchedBy(inputs) };
      return { stdout: name.endsWith("-password") ? `secret-of-${name}` : digest };
    default:
      return { name: `morgan-dev-${name}-0123456` };
  }
}

/** The ids that the readiness gate prints when all containers are ready. */
function watchedBy({ stdin }: Record<string, unknown>): string {
  const { containers } = JSON.parse(String(stdin)) as { readonly containers: readonly string[] };
  return containers.join(" ");
}

/** The digest that an image or a command with these inputs has made up for it. */
export function madeDigest(inputs: Plain): string {
  // BuildKit's secrets are no part of an image.
  const content = JSON.stringify({ ...inputs, secrets: undefined });
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Notes what goes to the engine on its way to the mocks; a mock alone does not get to see the options. */
function listen(registrations: Registrations): void {
  const monitor: unknown = pulumi.runtime.getMonitor();
  if (!(monitor instanceof MockMonitor)) throw new Error("there are no mocks to listen to");
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request: RegisterResourceRequest, callback) => {
    registrations.all.push(registered(request));
    return registerResource(request, callback);
  };
  monitor.registerResourceOutputs = (request: RegisterResourceOutputsRequest, callback) => {
    const [qualified = "", name] = request.getUrn().split("::").slice(-2);
    const type = qualified.split("$").at(-1);
    const component = registrations.all.find((resource) => resource.type === type && resource.name === name);
    if (component !== undefined) component.outputs = request.getOutputs()?.toJavaScript() ?? {};
    registerResourceOutputs(request, callback);
  };
}

function registered(request: RegisterResourceRequest): Registered {
  const wire = request.getObject()?.toJavaScript() ?? {};
  const inputsFrom = inputsFromOf(request);
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    wire,
    inputs: plain(wire),
    dependsOn: request.getDependenciesList().map(nameOf),
    inputsFrom,
    usesOutputsOf: Object.values(inputsFrom).flat(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    replaceOnChanges: request.getReplaceonchangesList(),
    importId: request.getImportid(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    ignoreChanges: request.getIgnorechangesList(),
    aliases: request.getAliasesList().map((alias) => alias.getSpec()?.getName() ?? nameOf(alias.getUrn())),
    provider: request.getProvider().split("::").at(-2) ?? "",
    variables: Object.fromEntries(request.getEnvvarmappingsMap().getEntryList()),
  };
}

function inputsFromOf(request: RegisterResourceRequest): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies, input) => {
    found[input] = dependencies.getUrnsList().map(nameOf);
  });
  return found;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

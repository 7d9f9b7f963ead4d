import { isLegacy, parseIdentity, type Identity } from "../../components/engine/identity.ts";
import { field } from "../../components/lib/json.ts";
import { mapValues } from "../../components/lib/map-values.ts";
import { execute } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";
import { exported, inFile, nameOf, stackResource, type PendingOperation, type Resource } from "./checkpoint.ts";
import { imagesOf, type RecordedImage } from "./recorded-images.ts";

/** The part of a stack's state that the commands need. */
export interface State {
  /** Ids of the recorded resources. */
  readonly recorded: ReadonlySet<string>;
  /** Things that a killed run had begun to make. */
  readonly unrecorded: readonly Unrecorded[];
  /** Images that have been made. */
  readonly images: readonly RecordedImage[];
  readonly identity: Identity;
  /** URN of the stack itself; empty if there is no such stack. */
  readonly urn: string;
  /** Logical names of the resources that are protected from deletion. */
  readonly protectedNames: readonly string[];
}

/** A resource that a killed run may have made and did not record. */
export interface Unrecorded {
  /** Its type. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** Its name in the engine, if the program set one; else empty. */
  readonly given: string;
}

/** A container that the state holds. */
export interface RecordedContainer {
  readonly id: string;
  /** Its logical name. */
  readonly name: string;
  /** True if it is to run; a files container never runs. */
  readonly runs: boolean;
}

/**
 * The containers that a stack's state holds, and its identity. A file is read without Pulumi, which would take a second
 * of every `up`.
 */
export async function recordedStack(
  stack: StackName,
): Promise<{ readonly containers: readonly RecordedContainer[]; readonly identity: Identity }> {
  const resources = inFile(stack.name)?.resources ?? (await exported(stack)).resources ?? [];
  const containers = resources.flatMap(({ type, id, urn, inputs, delete: replaced }) =>
    type !== CONTAINER || id === undefined || replaced === true
      ? []
      : [{ id, name: nameOf(urn), runs: inputs?.start !== false }],
  );
  return { containers, identity: identityIn(resources, stack.name) };
}

const CONTAINER = "docker:index/container:Container";

/** Reads the state of a stack; empty if there is no such stack. */
export async function readState(stack: StackName): Promise<State> {
  const deployment = await exported(stack);
  const resources = deployment.resources ?? [];
  return {
    recorded: new Set(resources.flatMap(({ id }) => id ?? [])),
    unrecorded: (deployment.pending_operations ?? []).flatMap(unrecordedOf),
    images: resources.flatMap(imagesOf),
    identity: identityIn(resources, stack.name),
    urn: stackResource(resources)?.urn ?? "",
    protectedNames: resources.filter(({ protect }) => protect === true).map(({ urn }) => nameOf(urn)),
  };
}

/** A killed run made nothing if it was to take over, change or delete a thing: that was there before. */
function unrecordedOf({ type: operation, resource }: PendingOperation): Unrecorded[] {
  const { type = "", urn, inputs } = resource;
  return operation === "creating" ? [{ type, name: nameOf(urn), given: inputs?.name ?? "" }] : [];
}

/** The logical names of the volumes that a stack's state holds. */
export async function recordedVolumes(stack: StackName): Promise<ReadonlySet<string>> {
  const { resources = [] } = await exported(stack);
  return new Set(resources.flatMap(({ type, urn }) => (type === VOLUME ? [nameOf(urn)] : [])));
}

const VOLUME = "docker:index/volume:Volume";

/** The identity of a stack as its state has it. A state without an id has no thing in the engine, or is older than ids. */
export async function identityOf(stack: StackName): Promise<Identity> {
  return (await recordedStack(stack)).identity;
}

function identityIn(resources: readonly Resource[], stack: string): Identity {
  const made = resources.find(({ urn }) => urn.endsWith("::command:local:Command::identity"));
  const outputs = stackResource(resources)?.outputs;
  return parseIdentity(made?.outputs?.stdout) ?? { stack, id: undefined, legacy: isLegacy(outputs) };
}

/** The outputs of a stack; undefined if it has none. */
export async function stackOutputs(stack: StackName): Promise<unknown> {
  return outputsInFile(stack.name) ?? (await outputsOfPulumi(stack));
}

/**
 * The outputs in a folder that holds the state; undefined if no folder does. `pulumi stack output` would decrypt the
 * whole state first, which costs time. A secret is "[secret]", as Pulumi prints it.
 */
export function outputsInFile(stack: string): unknown {
  const outputs: unknown = stackResource(inFile(stack)?.resources)?.outputs;
  if (typeof outputs !== "object" || outputs === null) return outputs;
  return mapValues({ ...outputs }, (value) => (field(value, SECRET_SIGNATURE) === undefined ? value : "[secret]"));
}

/** Key by which Pulumi 3 marks a secret in a state. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

async function outputsOfPulumi({ reference }: StackName): Promise<unknown> {
  const { code, stdout } = await execute("pulumi", ["stack", "output", "--stack", reference, "--json"]);
  return code === 0 ? JSON.parse(stdout) : undefined;
}

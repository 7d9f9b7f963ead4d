import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isLegacy, parseIdentity, type Identity } from "../../components/engine/identity.ts";
import { execute } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";

/** The part of a stack's state that the commands need. */
export interface State {
  /** Ids of the recorded resources. */
  readonly recorded: ReadonlySet<string>;
  /** Operations that a killed run had begun. */
  readonly pending: readonly PendingOperation[];
  /** Images that have been made. */
  readonly images: readonly RecordedImage[];
  readonly identity: Identity;
  /** URN of the stack itself; empty if there is no such stack. */
  readonly urn: string;
  /** Logical names of the resources that are protected from deletion. */
  readonly protectedNames: readonly string[];
}

/** An operation that began and was not recorded as done. */
export interface PendingOperation {
  /** Type of the resource. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** Its name in the engine, if the program set one; else empty. */
  readonly given: string;
}

/** An image that a resource has made. */
export interface RecordedImage {
  readonly urn: string;
  /** Name under which it was stored: "host/repository:tag", or the engine's own "repository:tag". */
  readonly tag: string;
  /** Its digest; empty if the state does not have it. */
  readonly digest: string;
  /** True if it was copied from another stack's registry: no provider checks it in a refresh. */
  readonly copied: boolean;
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
  const resources = checkpointInFile(stack.name)?.resources ?? (await exported(stack)).resources ?? [];
  const containers = resources.flatMap(({ type, id, urn, inputs, delete: replaced }) =>
    type !== CONTAINER || id === undefined || replaced === true
      ? []
      : [{ id, name: nameOf(urn), runs: inputs?.start !== false }],
  );
  return { containers, identity: identityIn(resources, stack.name) };
}

const CONTAINER = "docker:index/container:Container";

/** The state of a stack as Pulumi exports it; empty if there is no such stack. */
async function exported({ reference }: StackName): Promise<Deployment> {
  const { code, stdout } = await execute("pulumi", ["stack", "export", "--stack", reference]);
  return (code === 0 ? (JSON.parse(stdout) as { deployment?: Deployment }).deployment : undefined) ?? {};
}

/** Reads the state of a stack; empty if there is no such stack. */
export async function readState(stack: StackName): Promise<State> {
  const deployment = await exported(stack);
  const resources = deployment.resources ?? [];
  return {
    recorded: new Set(resources.flatMap(({ id }) => id ?? [])),
    pending: (deployment.pending_operations ?? []).map(({ resource: { type = "", urn, inputs } }) => ({
      type,
      name: nameOf(urn),
      given: inputs?.name ?? "",
    })),
    images: resources.flatMap(imagesOf),
    identity: identityIn(resources, stack.name),
    urn: resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? "",
    protectedNames: resources.filter(({ protect }) => protect === true).map(({ urn }) => nameOf(urn)),
  };
}

interface Resource {
  readonly id?: string;
  readonly type?: string;
  readonly urn: string;
  readonly protect?: boolean;
  /** True if it was replaced and waits for its deletion. */
  readonly delete?: boolean;
  readonly inputs?: {
    readonly tags?: readonly string[];
    readonly environment?: { readonly MORGAN_IMAGE?: string; readonly MORGAN_COPIES?: string };
    readonly name?: string;
    readonly start?: boolean;
  };
  readonly outputs?: { readonly digest?: string; readonly stdout?: string };
}

/**
 * The images that a resource made. A stage has one image. A bootstrap script prints the digest of the image that it
 * pushed. The copy of a release prints a line for each image.
 */
function imagesOf({ type, urn, inputs, outputs, delete: replaced }: Resource): RecordedImage[] {
  if (replaced === true) return [];
  const { MORGAN_IMAGE, MORGAN_COPIES } = inputs?.environment ?? {};
  if (MORGAN_COPIES !== undefined) {
    return MORGAN_COPIES.split("\n").map((line) => {
      const [, tag = "", digest = ""] = line.split(" ");
      return { urn, tag, digest, copied: true };
    });
  }
  const tag = type === "docker-build:index:Image" ? inputs?.tags?.[0] : MORGAN_IMAGE;
  return tag === undefined ? [] : [{ urn, tag, digest: outputs?.digest ?? outputs?.stdout ?? "", copied: false }];
}

interface Deployment {
  readonly resources?: readonly Resource[];
  readonly pending_operations?: readonly { readonly resource: Resource }[];
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
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
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  return parseIdentity(made?.outputs?.stdout) ?? { stack, id: undefined, legacy: isLegacy(outputs) };
}

/** The outputs of a stack; undefined if it has none. */
export async function stackOutputs(stack: StackName): Promise<unknown> {
  return outputsInFile(stack.name) ?? (await outputsOfPulumi(stack));
}

/**
 * The outputs in a folder that holds the state; undefined if no folder does. `pulumi stack output` would decrypt the
 * whole state first, which costs time; no output of this program is a secret.
 */
export function outputsInFile(stack: string): unknown {
  return checkpointInFile(stack)?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
}

/** True if a folder holds the state of a stack. */
export function hasStateFile(stack: string): boolean {
  const folder = stateFolder();
  return folder !== undefined && existsSync(stateFile(folder, stack));
}

function stateFile(folder: string, stack: string): string {
  return join(folder, ".pulumi/stacks/morgan", `${stack}.json`);
}

/** The state in a folder; undefined if no folder holds it, or if it cannot be read. */
function checkpointInFile(stack: string): Deployment | undefined {
  const folder = stateFolder();
  if (folder === undefined) return undefined;
  try {
    const { checkpoint } = JSON.parse(readFileSync(stateFile(folder, stack), "utf8")) as {
      readonly checkpoint?: { readonly latest?: Deployment };
    };
    return checkpoint?.latest;
  } catch {
    return undefined;
  }
}

/** The folder that holds the state; undefined if the backend is no folder. */
export function stateFolder(): string | undefined {
  return /^file:\/\/([^?]*)/.exec(process.env["PULUMI_BACKEND_URL"] ?? "")?.[1];
}

async function outputsOfPulumi({ reference }: StackName): Promise<unknown> {
  const { code, stdout } = await execute("pulumi", ["stack", "output", "--stack", reference, "--json"]);
  return code === 0 ? JSON.parse(stdout) : undefined;
}

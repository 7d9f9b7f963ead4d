import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../lib/run-program.ts";

/** What the state of a stack says, as far as it is asked here. */
export interface State {
  /** Ids of what has been written down. */
  readonly recorded: ReadonlySet<string>;
  /** Operations that a killed run had begun. */
  readonly pending: readonly PendingOperation[];
  /** Images that have been made. */
  readonly images: readonly RecordedImage[];
  /** Logical names of what is protected from deletion. */
  readonly protectedNames: readonly string[];
}

/** An operation that began and was not written down as done. */
export interface PendingOperation {
  /** Type of the resource. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** Its name in the engine; empty where it was given none. */
  readonly given: string;
}

/** An image that a resource has made. */
export interface RecordedImage {
  readonly urn: string;
  /** Name under which it was put: "host/repository:tag", or the engine's own "repository:tag". */
  readonly tag: string;
  /** Its digest; empty where the state does not know it. */
  readonly digest: string;
  /** Whether it was copied from another stack's: no provider asks for it in a refresh. */
  readonly copied: boolean;
}

/** Reads the state of a stack; empty for one that is not there. */
export async function readState(stack: string): Promise<State> {
  const { code, stdout } = await execute("pulumi", ["stack", "export", "--stack", stack]);
  const { deployment = {} } = (code === 0 ? JSON.parse(stdout) : {}) as { deployment?: Deployment };
  const resources = deployment.resources ?? [];
  return {
    recorded: new Set(resources.flatMap(({ id }) => id ?? [])),
    pending: (deployment.pending_operations ?? []).map(({ resource: { type = "", urn, inputs } }) => ({
      type,
      name: nameOf(urn),
      given: inputs?.name ?? "",
    })),
    images: resources.flatMap(imagesOf),
    protectedNames: resources.filter(({ protect }) => protect === true).map(({ urn }) => nameOf(urn)),
  };
}

interface Resource {
  readonly id?: string;
  readonly type?: string;
  readonly urn: string;
  readonly protect?: boolean;
  /** Whether it waits for its deletion, replaced by another. */
  readonly delete?: boolean;
  readonly inputs?: {
    readonly tags?: readonly string[];
    readonly environment?: { readonly MORGAN_IMAGE?: string; readonly MORGAN_COPIES?: string };
    readonly name?: string;
  };
  readonly outputs?: { readonly digest?: string; readonly stdout?: string };
}

/**
 * A stage's image, or one that a bootstrap script has made, which prints the digest of what it pushed; or those that a
 * release's copy was told of, a line each.
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

/** The outputs of a stack; undefined where it has none. */
export async function stackOutputs(stack: string): Promise<unknown> {
  return outputsInFile(stack) ?? (await outputsOfPulumi(stack));
}

/**
 * The outputs in a folder that holds the state; undefined where none does. Pulumi would decrypt the whole state first, which
 * takes a third of a second; no output of this program is a secret.
 */
export function outputsInFile(stack: string): unknown {
  const folder = stateFolder();
  if (folder === undefined) return undefined;
  try {
    const text = readFileSync(join(folder, ".pulumi/stacks/morgan", `${stack}.json`), "utf8");
    return outputsIn(JSON.parse(text) as Checkpoint);
  } catch {
    return undefined;
  }
}

function outputsIn({ checkpoint }: Checkpoint): unknown {
  return checkpoint?.latest?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
}

interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: { readonly resources?: readonly { readonly type: string; readonly outputs?: unknown }[] };
  };
}

/** The folder that holds the state; undefined where it lies in a backend that is no folder. */
export function stateFolder(): string | undefined {
  return /^file:\/\/([^?]*)/.exec(process.env["PULUMI_BACKEND_URL"] ?? "")?.[1];
}

async function outputsOfPulumi(stack: string): Promise<unknown> {
  const { code, stdout } = await execute("pulumi", ["stack", "output", "--stack", stack, "--json"]);
  return code === 0 ? JSON.parse(stdout) : undefined;
}

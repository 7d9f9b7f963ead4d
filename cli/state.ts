import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "./pulumi.ts";

/** What the state of a stack says, as far as it is asked here. */
export interface State {
  /** Ids of what has been written down. */
  readonly recorded: ReadonlySet<string>;
  /** Operations that a killed run had begun. */
  readonly pending: readonly { readonly type: string; readonly name: string }[];
  /** Logical names of what is protected from deletion. */
  readonly protectedNames: readonly string[];
}

/** Reads the state of a stack; empty for one that is not there. */
export async function readState(stack: string): Promise<State> {
  const { code, stdout } = await execute("pulumi", ["stack", "export", "--stack", stack]);
  const { deployment = {} } = (code === 0 ? JSON.parse(stdout) : {}) as { deployment?: Deployment };
  const resources = deployment.resources ?? [];
  return {
    recorded: new Set(resources.flatMap(({ id }) => id ?? [])),
    pending: (deployment.pending_operations ?? []).map(({ resource: { type, urn } }) => ({ type, name: nameOf(urn) })),
    protectedNames: resources.filter(({ protect }) => protect === true).map(({ urn }) => nameOf(urn)),
  };
}

interface Deployment {
  readonly resources?: readonly { readonly id?: string; readonly urn: string; readonly protect?: boolean }[];
  readonly pending_operations?: readonly { readonly resource: { readonly type: string; readonly urn: string } }[];
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

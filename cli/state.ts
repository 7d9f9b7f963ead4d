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

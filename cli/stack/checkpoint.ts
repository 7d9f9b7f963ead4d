import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";

/** The part of Pulumi's deployment, in a stack's state, that the commands read. */
export interface Deployment {
  readonly resources?: readonly Resource[];
  readonly pending_operations?: readonly PendingOperation[];
}

/** An operation that began and was not recorded as done. */
export interface PendingOperation {
  /** "creating", "importing", "updating", "reading" or "deleting". */
  readonly type: string;
  readonly resource: Resource;
}

/** A resource as the state has it. */
export interface Resource {
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

/** The logical name of a resource. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** The resource that is the stack itself; undefined if there is no such stack. */
export function stackResource(resources: readonly Resource[] | undefined): Resource | undefined {
  return resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
}

/** The state of a stack as Pulumi exports it; empty if there is no such stack. */
export async function exported({ reference }: StackName): Promise<Deployment> {
  const { code, stdout } = await execute("pulumi", ["stack", "export", "--stack", reference]);
  return (code === 0 ? (JSON.parse(stdout) as { deployment?: Deployment }).deployment : undefined) ?? {};
}

/** The state in a folder; undefined if no folder holds it, or if it cannot be read. */
export function inFile(stack: string): Deployment | undefined {
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

/** True if a folder holds the state of a stack. */
export function hasStateFile(stack: string): boolean {
  const folder = stateFolder();
  return folder !== undefined && existsSync(stateFile(folder, stack));
}

/** The folder that holds the state; undefined if the backend is no folder. */
export function stateFolder(): string | undefined {
  return /^file:\/\/([^?]*)/.exec(process.env["PULUMI_BACKEND_URL"] ?? "")?.[1];
}

function stateFile(folder: string, stack: string): string {
  return join(folder, ".pulumi/stacks/morgan", `${stack}.json`);
}

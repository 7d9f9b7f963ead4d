import type { RunningService } from "../../components/deploy/deployment.ts";
import type { Release } from "../../components/release/release.ts";
import type { ServiceImageOutput } from "../../components/size/check.ts";
import { MorganError } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import { alignColumns } from "../../components/lib/table.ts";
import type { StackName } from "../lib/stack-name.ts";
import { stackOutputs } from "./state.ts";

/** The outputs of a stack, as the program exports them. */
export interface Outputs {
  /** URL of the stack. */
  readonly endpoint: string;
  /** Image of each service, by name. */
  readonly images: Readonly<Record<string, ServiceImageOutput>>;
  /** Each service as it ran when the outputs were written, by name. */
  readonly services: Readonly<Record<string, RunningService>>;
  /** Registry and project of the images: "host[:port]/project". */
  readonly registry: string;
  /** Kind of the base images: "debian" or "registry"; absent if an older program wrote the outputs. */
  readonly baseImages?: string;
  /** Id of the release that runs. */
  readonly release: string;
  /** The releases that the stack can go back to, the newest first. */
  readonly releases: readonly Release[];
  /** Id of the stack's state; undefined for a stack that ran before states had ids. */
  readonly identity?: string;
}

/** True if a value is the outputs of a stack that is up; the outputs of a destroyed stack are empty. */
export function isOutputs(value: unknown): value is Outputs {
  return typeof value === "object" && value !== null && ["endpoint", "images", "services"].every((key) => key in value);
}

/** The outputs of a stack. @throws MorganError if it is not up. */
export async function outputsOf(stack: StackName): Promise<Outputs> {
  const found = await stackOutputs(stack);
  if (isOutputs(found)) return found;
  const problem = { key: "the stack", expected: "a stack that is up", found: `the stack "${stack.name}" is not up` };
  throw new MorganError([{ ...problem, fix: forStack("up", stack.reference) }], "nothing was changed");
}

/** The outputs as a table for people, a line a service. */
export function describeOutputs(outputs: Outputs): string {
  const rows = Object.entries(outputs.images).map(([name, { ref, size }]) => [
    name,
    outputs.services[name]?.health ?? "not running",
    outputs.services[name]?.device ?? "-",
    megabytes(size.unpacked),
    megabytes(size.compressed),
    ref,
  ]);
  const lines = alignColumns([["service", "health", "device", "unpacked", "compressed", "image"], ...rows]);
  return `\nendpoint  ${outputs.endpoint}\nregistry  ${outputs.registry}\n\n${lines.join("\n")}\n`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

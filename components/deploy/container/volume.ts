import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import { given } from "../../lib/given.ts";
import { LABELS } from "./labels.ts";
import type { StackContext } from "./stack-context.ts";

/**
 * Creates a volume, or takes over a volume of the engine, and returns its name. It outlives its containers and, if it
 * is protected, a destroy of the stack.
 */
export function createVolume(
  parent: pulumi.Resource,
  name: string,
  { identity: { stack, label }, adoptedVolumes }: Pick<StackContext, "identity" | "adoptedVolumes">,
  protect: boolean,
): pulumi.Output<string> {
  const options = { parent, protect, ignoreChanges: LABELS, ...given({ import: adoptedVolumes[name] }) };
  return new docker.Volume(name, { labels: stackLabels(stack, label, name) }, options).name;
}

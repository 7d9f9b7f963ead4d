import type * as pulumi from "@pulumi/pulumi";
import { WEIGHTS } from "../../catalog/image-contract.ts";
import type { Model } from "../../config/models.ts";
import type { StackContext } from "../container/stack-context.ts";
import { createVolume } from "../container/volume.ts";

/** The mount at `WEIGHTS`: a writable volume, or a read-only folder of the host. */
export type Weights =
  | { readonly volumes: Readonly<Record<typeof WEIGHTS, pulumi.Output<string>>> }
  | { readonly folders: Readonly<Record<typeof WEIGHTS, string>> };

/**
 * Returns the mount for a service's weights. It creates a volume, which outlives the containers, if the model is no
 * folder.
 */
export function createWeights(
  parent: pulumi.Resource,
  service: string,
  model: Model | undefined,
  stack: StackContext,
): Weights {
  if (model?.kind === "folder") return { folders: { [WEIGHTS]: model.path } };
  return { volumes: { [WEIGHTS]: createVolume(parent, `${service}-models`, stack, stack.protectData) } };
}

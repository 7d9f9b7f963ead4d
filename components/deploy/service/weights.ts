import type * as pulumi from "@pulumi/pulumi";
import { WEIGHTS } from "../../catalog/image-contract.ts";
import type { Model } from "../../config/models.ts";
import { createVolume } from "../container/volume.ts";

/** What is mounted at WEIGHTS: a volume that can be written, or a folder of the host that cannot. */
export type Weights =
  | { readonly volumes: Readonly<Record<typeof WEIGHTS, pulumi.Output<string>>> }
  | { readonly folders: Readonly<Record<typeof WEIGHTS, string>> };

/** A place for a service's weights, which outlives its containers. */
export function createWeights(
  parent: pulumi.Resource,
  service: string,
  model: Model | undefined,
  protectData: boolean,
): Weights {
  if (model?.kind === "folder") return { folders: { [WEIGHTS]: model.path } };
  return { volumes: { [WEIGHTS]: createVolume(parent, `${service}-models`, protectData) } };
}

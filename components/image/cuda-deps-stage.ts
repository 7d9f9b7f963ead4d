import * as pulumi from "@pulumi/pulumi";
import { cudaDepsRecipe } from "../dockerfile/recipes/cuda-deps.ts";
import { layOutContext } from "./context.ts";
import { createStageImage, type BuildSettings } from "./stage-image.ts";

/** Inputs of a CudaDepsStage. */
export interface CudaDepsStageArgs {
  /** The image of the BaseStage, by digest. */
  readonly base: pulumi.Input<string>;
  /** The image of the ToolsStage, by digest. */
  readonly tools: pulumi.Input<string>;
  /** Path of the lock file of the requirements that GPU services share. */
  readonly requirements: string;
  readonly build: BuildSettings;
}

/** What GPU services share: the CUDA libraries and torch, from wheels, in layers that are pushed and pulled once. */
export class CudaDepsStage extends pulumi.ComponentResource {
  /** The image: repository with tag and digest. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: CudaDepsStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:CudaDepsStage", name, { requirements: args.requirements }, opts);
    const image = createStageImage(this, name, {
      dockerfile: cudaDepsRecipe("requirements.txt", args.build.sources),
      context: layOutContext(name, [{ from: args.requirements, to: "requirements.txt" }]),
      images: { base: args.base, tools: args.tools },
      description: "CUDA libraries and torch for the services that compute on a GPU",
      build: args.build,
    });
    this.reference = image.ref;
    this.registerOutputs({ reference: this.reference });
  }
}

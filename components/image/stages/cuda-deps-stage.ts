import * as pulumi from "@pulumi/pulumi";
import { cudaDepsRecipe } from "../../dockerfile/recipes/cuda-deps.ts";
import { torchDepsRecipe } from "../../dockerfile/recipes/torch-deps.ts";
import { CUDA_STAGES, type CudaStage } from "../../catalog/stages.ts";
import { layOutContext } from "./build-context.ts";
import { createStageImage, type BuildSettings } from "./stage-image.ts";

/** Inputs of a CudaDepsStage. */
export interface CudaDepsStageArgs {
  /** Ref of the image of the stage below. */
  readonly parent: pulumi.Input<string>;
  /** Ref of the ToolsStage's image. */
  readonly tools: pulumi.Input<string>;
  /** Path of the lock file for the stack's CUDA version. */
  readonly requirements: string;
  readonly build: BuildSettings;
}

const STAGES = {
  "cuda-deps": { recipe: cudaDepsRecipe, description: "CUDA libraries that more than torch uses" },
  "torch-deps": { recipe: torchDepsRecipe, description: "torch and the CUDA libraries that it alone needs" },
} as const satisfies Record<CudaStage, unknown>;

/** A stage that services on a GPU share. It adds one layer to the stage below: the CUDA libraries, or torch. */
export class CudaDepsStage extends pulumi.ComponentResource {
  /** Ref of the image. */
  readonly ref: pulumi.Output<string>;

  constructor(name: CudaStage, args: CudaDepsStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:CudaDepsStage", name, { requirements: args.requirements }, opts);
    const { recipe, description } = STAGES[name];
    const image = createStageImage(this, name, {
      dockerfile: recipe("requirements.txt", args.build.sources),
      context: layOutContext(name, [{ from: args.requirements, to: "requirements.txt" }]),
      images: { [CUDA_STAGES[name].baseStage]: args.parent, tools: args.tools },
      requirements: args.requirements,
      description,
      runs: false,
      build: args.build,
    });
    this.ref = image.ref;
    this.registerOutputs({ reference: this.ref });
  }
}

import * as pulumi from "@pulumi/pulumi";
import { cudaDepsRecipe } from "../../dockerfile/recipes/cuda-deps.ts";
import { torchDepsRecipe } from "../../dockerfile/recipes/torch-deps.ts";
import { CUDA_STAGES, type CudaStage } from "../../catalog/stages.ts";
import { layOutContext } from "./build-context.ts";
import { createStageImage, type BuildSettings } from "./stage-image.ts";

/** Inputs of a CudaDepsStage. */
export interface CudaDepsStageArgs {
  /** The image of the stage that this one stands on, by digest. */
  readonly parent: pulumi.Input<string>;
  /** The image of the ToolsStage, by digest. */
  readonly tools: pulumi.Input<string>;
  /** Path of the lock file, made for one CUDA version. */
  readonly requirements: string;
  readonly build: BuildSettings;
}

const STAGES = {
  "cuda-deps": { recipe: cudaDepsRecipe, description: "CUDA libraries that more than torch uses" },
  "torch-deps": { recipe: torchDepsRecipe, description: "torch and the CUDA libraries that it alone needs" },
} as const satisfies Record<CudaStage, unknown>;

/** What services that compute on a GPU share, in one layer on the stage below: the CUDA libraries, or torch. */
export class CudaDepsStage extends pulumi.ComponentResource {
  /** The image: repository with tag and digest. */
  readonly ref: pulumi.Output<string>;

  constructor(name: CudaStage, args: CudaDepsStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:CudaDepsStage", name, { requirements: args.requirements }, opts);
    const { recipe, description } = STAGES[name];
    const image = createStageImage(this, name, {
      dockerfile: recipe("requirements.txt", args.build.sources),
      context: layOutContext(name, [{ from: args.requirements, to: "requirements.txt" }]),
      images: { [CUDA_STAGES[name].baseStage]: args.parent, tools: args.tools },
      description,
      runs: false,
      build: args.build,
    });
    this.ref = image.ref;
    this.registerOutputs({ reference: this.ref });
  }
}

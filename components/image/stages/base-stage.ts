import * as pulumi from "@pulumi/pulumi";
import { baseRecipe } from "../../dockerfile/recipes/base.ts";
import { layOutContext } from "./build-context.ts";
import { createStageImage, type BuildSettings } from "./stage-image.ts";

/** Inputs of a BaseStage. */
export interface BaseStageArgs {
  /** Ref of the Debian image. */
  readonly debian: pulumi.Input<string>;
  /** Ref of the ToolsStage's image. */
  readonly tools: pulumi.Input<string>;
  /** Path of the lock file of the requirements that all services share. */
  readonly requirements: string;
  readonly build: BuildSettings;
}

/** The stage on which every service is built: Debian, Python and the shared requirements, without compiler or cache. */
export class BaseStage extends pulumi.ComponentResource {
  /** Ref of the image. */
  readonly ref: pulumi.Output<string>;

  constructor(name: string, args: BaseStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:BaseStage", name, { requirements: args.requirements }, opts);
    const image = createStageImage(this, name, {
      dockerfile: baseRecipe("requirements.txt", args.build.sources),
      context: layOutContext(name, [{ from: args.requirements, to: "requirements.txt" }]),
      images: { debian: args.debian, tools: args.tools },
      requirements: args.requirements,
      description: "Python runtime and the requirements that all services share",
      runs: false,
      build: args.build,
    });
    this.ref = image.ref;
    this.registerOutputs({ reference: this.ref });
  }
}

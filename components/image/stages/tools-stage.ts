import * as pulumi from "@pulumi/pulumi";
import { toolsRecipe } from "../../dockerfile/recipes/tools.ts";
import { layOutFile } from "./build-context.ts";
import { createStageImage, type BuildSettings } from "./stage-image.ts";

/** Inputs of a ToolsStage. */
export interface ToolsStageArgs {
  /** Path of the uv program for builds, for the engine's platform. It needs the C library of Debian 12. */
  readonly uv: string;
  readonly build: BuildSettings;
}

/** The programs that builds mount, and that no other image contains. */
export class ToolsStage extends pulumi.ComponentResource {
  /** Ref of the image. */
  readonly ref: pulumi.Output<string>;

  constructor(name: string, args: ToolsStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:ToolsStage", name, {}, opts);
    const image = createStageImage(this, name, {
      dockerfile: toolsRecipe(),
      context: layOutFile(name, { from: args.uv, to: "uv" }),
      images: {},
      description: "Programs that builds mount",
      runs: false,
      build: args.build,
    });
    this.ref = image.ref;
    this.registerOutputs({ reference: this.ref });
  }
}

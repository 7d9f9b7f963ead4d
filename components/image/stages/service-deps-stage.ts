import * as pulumi from "@pulumi/pulumi";
import { serviceDepsRecipe } from "../../dockerfile/recipes/service-deps.ts";
import type { SharedStage } from "../../catalog/service.ts";
import { layOutContext } from "./build-context.ts";
import { createStageImage, versionOf, type BuildSettings } from "./stage-image.ts";

/** Inputs of a ServiceDepsStage. */
export interface ServiceDepsStageArgs {
  /** Name of the base stage, on which the requirements are installed. */
  readonly baseStage: SharedStage;
  /** Ref of the base stage's image. */
  readonly parent: pulumi.Input<string>;
  /** Ref of the ToolsStage's image. */
  readonly tools: pulumi.Input<string>;
  /** Path of the service's lock file. */
  readonly requirements: string;
  /** Debian packages that the service needs at run time. */
  readonly packages: readonly string[];
  readonly build: BuildSettings;
}

/** The dependencies of one service, without its code. A change of the code does not change this stage. */
export class ServiceDepsStage extends pulumi.ComponentResource {
  /** Ref of the image. */
  readonly ref: pulumi.Output<string>;
  /** Digest of the lock file, as in the image's label. */
  readonly lockDigest: string;

  constructor(name: string, args: ServiceDepsStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:ServiceDepsStage", name, { requirements: args.requirements }, opts);
    const context = layOutContext(name, [{ from: args.requirements, to: "requirements.txt" }]);
    const image = createStageImage(this, name, {
      dockerfile: serviceDepsRecipe("requirements.txt", args.packages, args.build.sources),
      context,
      images: { parent: args.parent, tools: args.tools },
      names: { parent: args.baseStage },
      requirements: args.requirements,
      description: `Dependencies of ${name.replace(/-deps$/, "")}`,
      runs: false,
      build: args.build,
    });
    this.ref = image.ref;
    this.lockDigest = versionOf(context);
    this.registerOutputs({ reference: this.ref });
  }
}

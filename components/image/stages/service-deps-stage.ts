import * as pulumi from "@pulumi/pulumi";
import { serviceDepsRecipe } from "../../dockerfile/recipes/service-deps.ts";
import { layOutContext } from "./build-context.ts";
import { createStageImage, versionOf, type BuildSettings } from "./stage-image.ts";

/** Inputs of a ServiceDepsStage. */
export interface ServiceDepsStageArgs {
  /** The image that the requirements are installed on, by digest: the base, or the CUDA dependencies. */
  readonly parent: pulumi.Input<string>;
  /** The image of the ToolsStage, by digest. */
  readonly tools: pulumi.Input<string>;
  /** Path of the service's lock file. */
  readonly requirements: string;
  /** Debian packages that the service needs at run time. */
  readonly packages: readonly string[];
  readonly build: BuildSettings;
}

/** The dependencies of one service. Its code is not among them: a changed line leaves this stage as it is. */
export class ServiceDepsStage extends pulumi.ComponentResource {
  /** The image: repository with tag and digest. */
  readonly ref: pulumi.Output<string>;
  /** Digest of the lock file, as its label has it. */
  readonly lockDigest: string;

  constructor(name: string, args: ServiceDepsStageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:ServiceDepsStage", name, { requirements: args.requirements }, opts);
    const context = layOutContext(name, [{ from: args.requirements, to: "requirements.txt" }]);
    const image = createStageImage(this, name, {
      dockerfile: serviceDepsRecipe("requirements.txt", args.packages, args.build.sources),
      context,
      images: { parent: args.parent, tools: args.tools },
      description: `Dependencies of ${name.replace(/-deps$/, "")}`,
      runs: false,
      build: args.build,
    });
    this.ref = image.ref;
    this.lockDigest = versionOf(context);
    this.registerOutputs({ reference: this.ref });
  }
}

import * as pulumi from "@pulumi/pulumi";
import { serviceRecipe } from "../../dockerfile/recipes/service.ts";
import { layOutContext, type ContextPart } from "./build-context.ts";
import { createStageImage, versionOf, type BuildSettings } from "./stage-image.ts";

/** Inputs of a ServiceImage. */
export interface ServiceImageArgs {
  /** Ref of the image of the service's ServiceDepsStage. */
  readonly deps: pulumi.Input<string>;
  /** Source folders of the service, each with its name in the image. */
  readonly sources: readonly ContextPart[];
  /** Port that the service listens on. */
  readonly port: number;
  /** Purpose of the service, in a few words. */
  readonly description: string;
  readonly build: BuildSettings;
}

/** The image of one service: its dependencies and its code. */
export class ServiceImage extends pulumi.ComponentResource {
  /** Ref of the image. */
  readonly ref: pulumi.Output<string>;
  /** URN of the resource that makes the image. */
  readonly made: pulumi.Output<string>;
  /** Digest of the source code, as in the image's label. */
  readonly sourceDigest: string;

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:ServiceImage", name, { port: args.port }, opts);
    const context = layOutContext(name, args.sources);
    const image = createStageImage(this, name, {
      dockerfile: serviceRecipe(name, args.port),
      context,
      images: { deps: args.deps },
      names: { deps: `${name}-deps` },
      description: args.description,
      runs: true,
      build: args.build,
    });
    this.ref = image.ref;
    this.made = image.urn;
    this.sourceDigest = versionOf(context);
    this.registerOutputs({ reference: this.ref });
  }
}

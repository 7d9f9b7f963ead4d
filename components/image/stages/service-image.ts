import * as pulumi from "@pulumi/pulumi";
import { serviceRecipe } from "../../dockerfile/recipes/service.ts";
import { layOutContext, type ContextPart } from "./build-context.ts";
import { createStageImage, versionOf, type BuildSettings } from "./stage-image.ts";

/** Inputs of a ServiceImage. */
export interface ServiceImageArgs {
  /** The image of the service's ServiceDepsStage, by digest. */
  readonly deps: pulumi.Input<string>;
  /** The service's source folders, with what each is called in the image. */
  readonly sources: readonly ContextPart[];
  /** Port that the service listens on. */
  readonly port: number;
  /** What the service does, in a few words. */
  readonly description: string;
  readonly build: BuildSettings;
}

/** One service, ready to run: its code and nothing else on its dependencies. */
export class ServiceImage extends pulumi.ComponentResource {
  /** The image: repository with tag and digest. */
  readonly ref: pulumi.Output<string>;
  /** Digest of the source code that is in it, as its label has it. */
  readonly sourceDigest: string;

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:ServiceImage", name, { port: args.port }, opts);
    const context = layOutContext(name, args.sources);
    const image = createStageImage(this, name, {
      dockerfile: serviceRecipe(name, args.port),
      context,
      images: { deps: args.deps },
      description: args.description,
      runs: true,
      build: args.build,
    });
    this.ref = image.ref;
    this.sourceDigest = versionOf(context);
    this.registerOutputs({ reference: this.ref });
  }
}

import * as pulumi from "@pulumi/pulumi";
import type { Instruction } from "../../dockerfile/instruction.ts";
import { haproxyRecipe } from "../../dockerfile/recipes/haproxy.ts";
import { postgresRecipe } from "../../dockerfile/recipes/postgres.ts";
import { redisRecipe } from "../../dockerfile/recipes/redis.ts";
import type { PackageSources } from "../../network/profile.ts";
import { upstreamManifest } from "./stage-manifest.ts";
import type { BaseImages } from "../../config/base-images.ts";
import { layOutContext } from "./build-context.ts";
import { createStageImage, type BuildSettings } from "./stage-image.ts";

const RECIPES = {
  redis: redisRecipe,
  postgres: postgresRecipe,
  haproxy: haproxyRecipe,
} as const satisfies Record<string, (sources: PackageSources) => readonly Instruction[]>;

/** Inputs of a BackingImage. */
export interface BackingImageArgs {
  readonly baseImages: BaseImages;
  /** Ref of the Debian image. */
  readonly debian: pulumi.Input<string>;
  readonly build: BuildSettings;
}

/**
 * The image of a program from elsewhere: Redis, PostgreSQL or HAProxy. It is the pinned upstream image, or an
 * equivalent one from Debian's packages. HAProxy always comes from Debian 12, so that every stack runs the tested
 * version, 2.6.
 */
export class BackingImage extends pulumi.ComponentResource {
  /** Ref of the image. */
  readonly ref: pulumi.Output<string>;

  constructor(name: keyof typeof RECIPES, args: BackingImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:image:BackingImage", name, { source: args.baseImages.kind }, opts);
    const upstream =
      args.baseImages.kind === "registry" && name !== "haproxy" ? args.baseImages.images[name] : undefined;
    if (upstream !== undefined) args.build.manifests.set(name, upstreamManifest(upstream));
    this.ref =
      upstream !== undefined
        ? pulumi.output(upstream)
        : createStageImage(this, name, {
            dockerfile: RECIPES[name](args.build.sources),
            context: layOutContext(name, []),
            images: { debian: args.debian },
            description: `${name} from Debian's packages`,
            runs: true,
            build: args.build,
          }).ref;
    this.registerOutputs({ reference: this.ref });
  }
}

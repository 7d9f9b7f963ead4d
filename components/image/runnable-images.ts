import type * as pulumi from "@pulumi/pulumi";
import type { StackService } from "../catalog/select.ts";
import type { MorganConfig } from "../config/config.ts";
import type { Engine } from "../engine/engine.ts";
import { registryOf } from "../lib/image-reference.ts";
import { mapValues } from "../lib/map-values.ts";
import { pulled } from "../network/image-pull.ts";
import { checkSizes, type CheckedImage, type ImageMaker } from "../size/check.ts";

/** Refs of a stack's images, before they are pulled and checked. */
export interface BuiltImages {
  readonly debian: pulumi.Output<string>;
  readonly services: Readonly<Record<string, pulumi.Output<string>>>;
  /** Resources that make the services' images. */
  readonly makers: readonly ImageMaker[];
  readonly backing: { readonly haproxy: pulumi.Output<string> } & Partial<
    Record<"redis" | "postgres", pulumi.Output<string>>
  >;
}

/** The images of a stack, ready for containers: in the engine and, for services, checked against their size budgets. */
export interface RunnableImages extends Omit<BuiltImages, "services" | "makers"> {
  /** Image of each service, by name. */
  readonly services: Readonly<Record<string, CheckedImage>>;
}

/** Inputs of runnable images. */
export interface RunnableImagesArgs {
  readonly config: Pick<MorganConfig, "stack" | "network"> & {
    readonly services: readonly StackService[];
    readonly images: Pick<MorganConfig["images"], "registry" | "sizeBudgets">;
  };
  readonly engine: Engine;
}

/** Makes the images ready for containers: pulls them if the registry requires a login, then checks their sizes. */
export function runnableImages(built: BuiltImages, { config, engine }: RunnableImagesArgs): RunnableImages {
  const { images, network, services, stack } = config;
  const { host } = registryOf(images.registry);
  const login = network.registry;
  const inEngine = (ref: pulumi.Output<string>): pulumi.Output<string> =>
    login === undefined ? ref : pulled(ref, { host, login, engine, stack });
  return {
    debian: inEngine(built.debian),
    services: checkSizes({
      stack,
      services,
      images: mapValues(built.services, inEngine),
      makers: built.makers,
      sizeBudgets: images.sizeBudgets,
      engine,
    }),
    backing: { ...mapValues(built.backing, inEngine), haproxy: inEngine(built.backing.haproxy) },
  };
}

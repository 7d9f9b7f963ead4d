import * as pulumi from "@pulumi/pulumi";
import type { BaseImages } from "../config/base-images.ts";
import { mapValues } from "../lib/map-values.ts";
import { CUDA_STAGES, type CudaStage } from "../catalog/stages.ts";
import type { StackService, StackVariant } from "../catalog/select.ts";
import type { Accelerator, SharedStage } from "../catalog/service.ts";
import type { ImageMaker } from "../size/check.ts";
import { BackingImage } from "./stages/backing-image.ts";
import { BaseStage } from "./stages/base-stage.ts";
import { createBuildProvider } from "./stages/build-provider.ts";
import { CudaDepsStage } from "./stages/cuda-deps-stage.ts";
import { createDebianImage } from "./bootstrap/first-images.ts";
import { ServiceDepsStage } from "./stages/service-deps-stage.ts";
import { ServiceImage } from "./stages/service-image.ts";
import type { BuildSettings } from "./stages/stage-image.ts";
import { ToolsStage } from "./stages/tools-stage.ts";

/** Inputs of an ImageGraph. */
export interface ImageGraphArgs {
  /** Services to build. */
  readonly services: readonly StackService[];
  /** Accelerator of the services, for readers of the state. */
  readonly accelerator: Accelerator;
  readonly baseImages: BaseImages;
  /** Path of the uv program that builds mount. */
  readonly uv: string;
  readonly build: BuildSettings;
}

/** Every image of a stack. Each stage is built on other stages, by digest. */
export class ImageGraph extends pulumi.ComponentResource {
  /** Ref of the Debian image, on which every service is built. */
  readonly debian: pulumi.Output<string>;
  /** Ref of each service's image, by name. */
  readonly services: Readonly<Record<string, pulumi.Output<string>>>;
  /** Resources that make the services' images. */
  readonly makers: readonly ImageMaker[];
  /** Digests of the source code and of the lock file in each service's image, by name. */
  readonly contents: Readonly<Record<string, { readonly source: string; readonly lock: string }>>;
  /** Ref of the gateway's image, and of the image of each backing service that a service uses. */
  readonly backing: { readonly haproxy: pulumi.Output<string> } & Partial<
    Record<"redis" | "postgres", pulumi.Output<string>>
  >;

  constructor(name: string, args: ImageGraphArgs, opts?: pulumi.ComponentResourceOptions) {
    const { services, accelerator, build, baseImages } = args;
    const inputs = { services: services.map((service) => service.name), accelerator };
    super("morgan:image:ImageGraph", name, inputs, { ...opts, providers: [createBuildProvider()] });
    const parent = { parent: this };
    const debian = createDebianImage(this, baseImages, build);
    this.debian = debian;
    const tools = new ToolsStage("tools", { uv: args.uv, build }, parent).ref;
    const base = new BaseStage("base", { debian, tools, requirements: lockFile("base"), build }, parent).ref;
    const onCuda = new Map<CudaStage, pulumi.Output<string>>();
    /** Returns the ref of a variant's base stage. A CUDA stage is created when the first service needs it. */
    const stage = (name: SharedStage, variant: StackVariant): pulumi.Output<string> => {
      if (name === "base") return base;
      const made = onCuda.get(name) ?? createCudaStage(name, variant);
      onCuda.set(name, made);
      return made;
    };
    const createCudaStage = (name: CudaStage, variant: StackVariant): pulumi.Output<string> => {
      const below = stage(CUDA_STAGES[name].baseStage, variant);
      const requirements = lockFile(variant.stages.find((other) => other.stage === name)?.lockFile ?? name);
      return new CudaDepsStage(name, { parent: below, tools, requirements, build }, parent).ref;
    };

    const made = Object.fromEntries(
      services.map(({ name: service, port, description, variant }) => {
        const deps = new ServiceDepsStage(
          `${service}-deps`,
          {
            baseStage: variant.baseStage,
            parent: stage(variant.baseStage, variant),
            tools,
            requirements: lockFile(variant.lockFile),
            packages: variant.packages,
            build,
          },
          parent,
        );
        const image = new ServiceImage(
          service,
          {
            deps: deps.ref,
            sources: ["shared", service].map((folder) => sourcePart(folder)),
            port,
            description,
            build,
          },
          parent,
        );
        return [
          service,
          {
            ref: image.ref,
            maker: { urn: image.made, done: image.ref },
            contents: { source: image.sourceDigest, lock: deps.lockDigest },
          },
        ];
      }),
    );
    this.services = mapValues(made, ({ ref }) => ref);
    this.makers = Object.values(made).map(({ maker }) => maker);
    this.contents = mapValues(made, ({ contents }) => contents);

    const backing = (kind: "redis" | "postgres" | "haproxy"): pulumi.Output<string> =>
      new BackingImage(kind, { baseImages, debian, build }, parent).ref;
    const used = new Set(services.flatMap((service) => service.backing));
    this.backing = {
      haproxy: backing("haproxy"),
      ...(used.has("redis") ? { redis: backing("redis") } : {}),
      ...(used.has("postgres") ? { postgres: backing("postgres") } : {}),
    };
    this.registerOutputs({ debian: this.debian, services: this.services, backing: this.backing });
  }
}

function lockFile(requirements: string): string {
  return `requirements/${requirements}.txt`;
}

function sourcePart(folder: string): { from: string; to: string } {
  return { from: `services/${folder}/morgan_${folder}`, to: `morgan_${folder}` };
}

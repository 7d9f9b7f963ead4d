import * as pulumi from "@pulumi/pulumi";
import type { BaseImages } from "../config/base-images.ts";
import { mapValues } from "../lib/map-values.ts";
import { CUDA_STAGES, type CudaStage } from "../catalog/stages.ts";
import type { StackService, StackVariant } from "../catalog/select.ts";
import type { Accelerator, SharedStage } from "../catalog/service.ts";
import { BackingImage } from "./stages/backing-image.ts";
import { BaseStage } from "./stages/base-stage.ts";
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
  /** Accelerator that they are built for; an input of the component, for whoever reads the state. */
  readonly accelerator: Accelerator;
  readonly baseImages: BaseImages;
  /** Path of the uv program that builds mount. */
  readonly uv: string;
  readonly build: BuildSettings;
}

/** Every image of a stack, each stage built on the digests of those it stands on. */
export class ImageGraph extends pulumi.ComponentResource {
  /** The Debian image that every stage stands on. */
  readonly debian: pulumi.Output<string>;
  /** Image of each service, by name: repository with tag and digest. */
  readonly services: Readonly<Record<string, pulumi.Output<string>>>;
  /** What the image of each service was made from, by name: digests of its source code and of its lock file. */
  readonly contents: Readonly<Record<string, { readonly source: string; readonly lock: string }>>;
  /** Image of each backing service that the services use, and of the gateway. */
  readonly backing: { readonly haproxy: pulumi.Output<string> } & Partial<
    Record<"redis" | "postgres", pulumi.Output<string>>
  >;

  constructor(name: string, args: ImageGraphArgs, opts?: pulumi.ComponentResourceOptions) {
    const { services, accelerator, build, baseImages } = args;
    super("morgan:image:ImageGraph", name, { services: services.map((service) => service.name), accelerator }, opts);
    const parent = { parent: this };
    const debian = createDebianImage(this, baseImages, build);
    this.debian = debian;
    const tools = new ToolsStage("tools", { uv: args.uv, build }, parent).reference;
    const base = new BaseStage("base", { debian, tools, requirements: lock("base"), build }, parent).reference;
    const onCuda = new Map<CudaStage, pulumi.Output<string>>();
    /** The image of a stage that a variant is built on. A stage on CUDA is made when the first service needs it. */
    const stage = (name: SharedStage, variant: StackVariant): pulumi.Output<string> => {
      if (name === "base") return base;
      const made = onCuda.get(name) ?? createCudaStage(name, variant);
      onCuda.set(name, made);
      return made;
    };
    const createCudaStage = (name: CudaStage, variant: StackVariant): pulumi.Output<string> => {
      const below = stage(CUDA_STAGES[name].baseStage, variant);
      const requirements = lock(variant.stages.find((other) => other.stage === name)?.lockFile ?? name);
      return new CudaDepsStage(name, { parent: below, tools, requirements, build }, parent).reference;
    };

    const made = Object.fromEntries(
      services.map(({ name: service, port, description, variant }) => {
        const deps = new ServiceDepsStage(
          `${service}-deps`,
          {
            parent: stage(variant.baseStage, variant),
            tools,
            requirements: lock(variant.lockFile),
            packages: variant.packages,
            build,
          },
          parent,
        );
        const image = new ServiceImage(
          service,
          {
            deps: deps.reference,
            sources: ["shared", service].map((folder) => sourcePart(folder)),
            port,
            description,
            build,
          },
          parent,
        );
        return [service, { image: image.reference, contents: { source: image.source, lock: deps.lock } }];
      }),
    );
    this.services = mapValues(made, ({ image }) => image);
    this.contents = mapValues(made, ({ contents }) => contents);

    const backing = (kind: "redis" | "postgres" | "haproxy"): pulumi.Output<string> =>
      new BackingImage(kind, { baseImages, debian, build }, parent).reference;
    const used = new Set(services.flatMap((service) => service.backing));
    this.backing = {
      haproxy: backing("haproxy"),
      ...(used.has("redis") ? { redis: backing("redis") } : {}),
      ...(used.has("postgres") ? { postgres: backing("postgres") } : {}),
    };
    this.registerOutputs({ debian: this.debian, services: this.services, backing: this.backing });
  }
}

function lock(requirements: string): string {
  return `requirements/${requirements}.txt`;
}

function sourcePart(folder: string): { from: string; to: string } {
  return { from: `services/${folder}/morgan_${folder}`, to: `morgan_${folder}` };
}

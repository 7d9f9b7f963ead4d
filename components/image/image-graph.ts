import * as pulumi from "@pulumi/pulumi";
import type { CudaVersion } from "../catalog/cuda-version.ts";
import type { ImageSource } from "../config/image-source.ts";
import { mapValues } from "../lib/map-values.ts";
import { CUDA_STAGES, lockName, type CudaStage } from "../catalog/stages.ts";
import type { Accelerator, Catalog, ParentStage } from "../catalog/service.ts";
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
  readonly catalog: Catalog;
  /** Services to build, by name. */
  readonly services: readonly string[];
  readonly accelerator: Accelerator;
  /** Which locks the stages on CUDA are built from. */
  readonly cudaVersion: CudaVersion;
  readonly source: ImageSource;
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
    super("morgan:image:ImageGraph", name, { services: args.services, accelerator: args.accelerator }, opts);
    const { build, source } = args;
    const parent = { parent: this };
    const chosen = args.services.flatMap((service) => {
      const entry = args.catalog[service];
      return entry === undefined ? [] : [{ service, entry, engine: entry.engines[args.accelerator] }];
    });

    const debian = createDebianImage(this, source, build);
    this.debian = debian;
    const tools = new ToolsStage("tools", { uv: args.uv, build }, parent).reference;
    const base = new BaseStage("base", { debian, tools, requirements: lock("base"), build }, parent).reference;
    const onCuda = new Map<CudaStage, pulumi.Output<string>>();
    /** The image of a stage; one on CUDA is made when the first service asks for it. */
    const stage = (name: ParentStage): pulumi.Output<string> => {
      if (name === "base") return base;
      const made = onCuda.get(name) ?? createCudaStage(name);
      onCuda.set(name, made);
      return made;
    };
    const createCudaStage = (name: CudaStage): pulumi.Output<string> => {
      const below = CUDA_STAGES[name];
      const requirements = lock(lockName(below.requirements, name, args.cudaVersion));
      return new CudaDepsStage(name, { parent: stage(below.parent), tools, requirements, build }, parent).reference;
    };

    const made = Object.fromEntries(
      chosen.map(({ service, entry, engine }) => {
        const deps = new ServiceDepsStage(
          `${service}-deps`,
          {
            parent: stage(engine.parent),
            tools,
            requirements: lock(lockName(engine.requirements, engine.parent, args.cudaVersion)),
            packages: engine.packages,
            build,
          },
          parent,
        );
        const image = new ServiceImage(
          service,
          {
            deps: deps.reference,
            sources: ["shared", service].map((folder) => sourcePart(folder)),
            port: entry.port,
            description: entry.description,
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
      new BackingImage(kind, { source, debian, build }, parent).reference;
    const used = new Set(chosen.flatMap(({ entry }) => entry.backing));
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

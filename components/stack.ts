import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "./config/config.ts";
import { Deployment, type RunningService } from "./deploy/deployment.ts";
import { LocalRegistry } from "./deploy/local-registry.ts";
import type { Engine } from "./engine/engine.ts";
import { NO_GPU, type GpuPlan } from "./gpu/plan.ts";
import { createRegistryImage } from "./image/bootstrap/first-images.ts";
import { ImageGraph } from "./image/image-graph.ts";
import { ReleasedImages } from "./image/released-images.ts";
import { runnableImages } from "./image/runnable-images.ts";
import { registryOf, repository } from "./lib/image-reference.ts";
import { mapValues } from "./lib/map-values.ts";
import { buildSecrets, packageSources, proxyArguments } from "./network/profile.ts";
import { releaseOutput } from "./release/output.ts";
import { FIRST_BUILD, type ReleasePlan } from "./release/plan.ts";
import type { Release } from "./release/release.ts";
import { reportRelease } from "./release/report.ts";
import type { ServiceImageOutput } from "./size/check.ts";

/** Inputs of a MorganStack. */
export interface MorganStackArgs {
  readonly config: MorganConfig;
  /** Reports the sizes of images and the health of containers. */
  readonly engine: Engine;
  /** The services that compute on a GPU, as the preflight planned them. Default: none. */
  readonly gpu?: GpuPlan;
  /** Whether it builds its images, or else which release it runs. Default: a stack that builds and has run nothing. */
  readonly plan?: ReleasePlan;
}

/** The whole stack: registry, images, deployment. The only place that knows both images and containers. */
export class MorganStack extends pulumi.ComponentResource {
  /** URL at which the stack is reached. */
  readonly endpoint: pulumi.Output<string>;
  /** Image of each service, by name. */
  readonly images: pulumi.Output<Record<string, ServiceImageOutput>>;
  /** Each service as it runs, by name. */
  readonly services: pulumi.Output<Record<string, RunningService>>;
  /** Where images are pushed: "host[:port]/project". */
  readonly registry: pulumi.Output<string>;
  /** Id of the release that runs. */
  readonly release: pulumi.Output<string>;
  /** What it can go back to, the release that runs included, the newest first. */
  readonly releases: pulumi.Output<readonly Release[]>;

  constructor(name: string, args: MorganStackArgs, opts?: pulumi.ComponentResourceOptions) {
    const { config, engine, gpu = NO_GPU, plan = FIRST_BUILD } = args;
    const { accelerator } = config;
    super("morgan:index:MorganStack", name, { stack: config.stack, accelerator }, opts);
    for (const report of [reportRelease(plan), gpu.report]) if (report !== "") void pulumi.log.info(report, this);

    const local = this.createLocalRegistry(config);
    const built = this.createImages(config, plan, local?.ready ?? []);
    const images = runnableImages(built, { config, engine });
    const deployment = new Deployment(
      "deployment",
      {
        config,
        stack: {
          name: config.stack,
          filesImage: images.debian,
          protectData: config.data.protect,
          passwordRevision: config.data.passwordRevision,
        },
        images: mapValues(images.services, ({ ref }) => ref),
        backing: images.backing,
        gpu,
        registry: local?.container,
        engine,
      },
      { parent: this },
    );

    const registry = registryOf(config.images.registry);
    this.endpoint = deployment.endpoint;
    this.services = deployment.services;
    this.images = pulumi.output(images.services);
    this.registry = pulumi.output(`${registry.host}/${registry.project}`);
    const ran = releaseOutput({
      plan,
      accelerator,
      repository: repository(registry),
      images: { debian: built.debian, ...built.backing, ...built.services },
      contents: built instanceof ImageGraph ? built.contents : {},
      running: deployment.services,
      endpoint: deployment.endpoint,
    });
    this.release = ran.release;
    this.releases = ran.releases;
    this.registerOutputs({
      endpoint: this.endpoint,
      images: this.images,
      services: this.services,
      registry: this.registry,
      release: this.release,
      releases: this.releases,
    });
  }

  /** The stack's own registry; undefined if another one is configured. */
  private createLocalRegistry({ stack, images, data, network }: MorganConfig): LocalRegistry | undefined {
    const { registry, base } = images;
    if (registry.kind !== "local") return undefined;
    const image = createRegistryImage(this, base, packagesOf(network));
    const context = { name: stack, protectData: data.protect };
    return new LocalRegistry("registry", { image, stack: context, port: registry.port }, { parent: this });
  }

  /** The images that the stack builds, or those of a release that another stack built. */
  private createImages(
    { stack, accelerator, services, images, network, machine }: MorganConfig,
    plan: ReleasePlan,
    ready: readonly pulumi.Resource[],
  ): ImageGraph | ReleasedImages {
    const parent = { parent: this };
    const { builder, base: baseImages } = images;
    const registry = registryOf(images.registry);
    const build = { registry, login: network.registry, tag: stack, builder, ready, ...packagesOf(network) };
    return plan.kind === "run"
      ? new ReleasedImages("release", { release: plan.release, services, build }, parent)
      : new ImageGraph("images", { services, accelerator, baseImages, uv: machine.uv, build }, parent);
  }
}

/** The package sources that builds use, with their secrets and the proxy. */
function packagesOf(network: MorganConfig["network"]) {
  return { sources: packageSources(network), secrets: buildSecrets(network), proxy: proxyArguments(network) };
}

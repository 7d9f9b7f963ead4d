import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "./config/config.ts";
import { Deployment, type RunningService } from "./deploy/deployment.ts";
import { LocalRegistry } from "./deploy/local-registry.ts";
import type { Engine } from "./engine/engine.ts";
import type { GpuPlan } from "./gpu/plan.ts";
import { createRegistryImage } from "./image/bootstrap/first-images.ts";
import { ImageGraph } from "./image/image-graph.ts";
import { ReleasedImages } from "./image/released-images.ts";
import { pulled } from "./network/image-pull.ts";
import { mapValues } from "./lib/map-values.ts";
import { buildSecrets, packageSources, proxyArguments } from "./network/profile.ts";
import { registryOf, repository } from "./lib/image-reference.ts";
import { releaseOutput } from "./release/output.ts";
import { FIRST_BUILD, type ReleasePlan } from "./release/plan.ts";
import { reportRelease } from "./release/report.ts";
import type { Release } from "./release/release.ts";
import { checkSizes, type ServiceImageOutput } from "./size/check.ts";

/** Inputs of a MorganStack. */
export interface MorganStackArgs {
  readonly config: MorganConfig;
  /** Asked for the sizes of images and the health of containers. */
  readonly engine: Engine;
  /** Which services compute on which card, as the preflight found it. */
  readonly gpu: GpuPlan;
  /** Whether it builds its images, or else which release it runs; absent for a stack that builds and has run nothing. */
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

  constructor(
    name: string,
    { config, engine, gpu, plan = FIRST_BUILD }: MorganStackArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("morgan:index:MorganStack", name, { stack: config.stack, accelerator: config.accelerator }, opts);
    const { stack, catalog, accelerator, services, source, protectData, network } = config;
    for (const report of [reportRelease(plan), gpu.report]) if (report !== "") void pulumi.log.info(report, this);
    const parent = { parent: this };
    const packages = {
      sources: packageSources(network),
      secrets: buildSecrets(network),
      proxy: proxyArguments(network),
    };
    const registry = registryOf(config.registry);
    const local =
      config.registry.kind === "local"
        ? new LocalRegistry(
            "registry",
            { image: createRegistryImage(this, source, packages), stack, port: config.registry.port, protectData },
            parent,
          )
        : undefined;

    const ready = local?.ready ?? [];
    const build = { registry, login: network.registry, tag: stack, builder: config.builder, ready, ...packages };
    const graph =
      plan.kind === "run"
        ? new ReleasedImages("release", { release: plan.release, catalog, services, build }, parent)
        : new ImageGraph(
            "images",
            { catalog, services, accelerator, cudaVersion: config.cudaVersion, source, uv: config.uv, build },
            parent,
          );
    const inEngine = (image: pulumi.Output<string>): pulumi.Output<string> =>
      network.registry === undefined ? image : pulled(image, { host: registry.host, login: network.registry, engine });
    const images = checkSizes({
      stack,
      catalog,
      accelerator,
      cudaVersion: config.cudaVersion,
      images: mapValues(graph.services, inEngine),
      mode: config.sizeBudgets,
      engine,
    });
    const deployment = new Deployment(
      "deployment",
      {
        stack,
        catalog,
        accelerator,
        images: mapValues(images, ({ ref }) => ref),
        backing: { ...mapValues(graph.backing, inEngine), haproxy: inEngine(graph.backing.haproxy) },
        filesImage: inEngine(graph.debian),
        gateway: {
          ...config.gateway,
          bodyLimit: config.access.bodyLimit,
          rateLimit: config.access.rateLimit,
          tls: config.tls,
          token: config.apiToken,
        },
        llm: { ...config.llm, apiKey: config.llmApiKey },
        gpu,
        models: config.models,
        protectData,
        minReady: config.minReady,
        registry: local?.container,
        passwordRevision: config.passwordRevision,
        engine,
      },
      parent,
    );

    this.endpoint = deployment.endpoint;
    this.services = deployment.services;
    this.images = pulumi.output(images);
    this.registry = pulumi.output(`${registry.host}/${registry.project}`);
    const ran = releaseOutput({
      plan,
      accelerator,
      repository: repository(registry),
      images: { debian: graph.debian, ...graph.backing, ...graph.services },
      contents: graph instanceof ImageGraph ? graph.contents : {},
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
}

import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "./config/config.ts";
import type { StackContext, StackIdentity } from "./deploy/container/stack-context.ts";
import { Deployment, type RunningService } from "./deploy/deployment.ts";
import { LocalRegistry } from "./deploy/local-registry.ts";
import type { Engine } from "./engine/engine.ts";
import type { EngineFacts, RecordedEngine } from "./engine/facts.ts";
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
import { NO_FORECASTS, type ForecastSources } from "./forecast/sources.ts";
import type { LastUp } from "./plan/last-up.ts";
import type { StackManifest } from "./plan/manifest.ts";
import type { PlanSources } from "./preflight/plan-sources.ts";
import { recordStack } from "./stack-record.ts";
import { planStack, NOTHING_RUN, reportPlan, type PlannedParts } from "./stack-plan.ts";
import type { ServiceImageOutput } from "./size/check.ts";

/** Inputs of a MorganStack. */
export interface MorganStackArgs {
  readonly config: MorganConfig;
  readonly identity: StackIdentity;
  /** Names of volumes in the engine that the stack takes over, by logical name. Default: it makes all its volumes. */
  readonly adoptedVolumes?: Readonly<Record<string, string>>;
  /** Reports the sizes of images and the health of containers. */
  readonly engine: Engine;
  /** Facts about the engine. */
  readonly facts: EngineFacts;
  /** The GPU of each service that gets one, as the preflight planned it. Default: no service gets one. */
  readonly gpuPlan?: GpuPlan;
  /** The release to run, or the order to build one. Default: a stack that builds and has run nothing. */
  readonly releasePlan?: ReleasePlan;
  /** What the plan is compared with. Default: a stack that has run nothing. */
  readonly planSources?: PlanSources;
  /** Where forecasts come from. Default: nowhere. */
  readonly forecasts?: ForecastSources;
  /** Checks that were left out, a sentence each. Default: none. */
  readonly leftOut?: readonly string[];
}

/** The part of a stack's context that decides which volumes it has. */
type DataContext = Pick<
  StackContext,
  "identity" | "protectData" | "adoptedVolumes" | "processors" | "engine" | "manifests"
>;

/** The whole stack: registry, images, deployment. The only component that has both images and containers. */
export class MorganStack extends pulumi.ComponentResource {
  /** URL at which the stack is reached. */
  readonly endpoint: pulumi.Output<string>;
  /** SHA-256 fingerprint of the certificate at the published port; empty without TLS. */
  readonly certificate: pulumi.Output<string>;
  /** The engine that the stack belongs to. */
  readonly engine: pulumi.Output<RecordedEngine>;
  /** Ref and size of each service's image, by name. */
  readonly images: pulumi.Output<Record<string, ServiceImageOutput>>;
  /** Address, health and device of each running service, by name. */
  readonly services: pulumi.Output<Record<string, RunningService>>;
  /** Registry and project of the images: "host[:port]/project". */
  readonly registry: pulumi.Output<string>;
  /** Kind of the base images, which the stack keeps wherever its next run is. */
  readonly baseImages: pulumi.Output<string>;
  /** Id of the release that runs. */
  readonly release: pulumi.Output<string>;
  /** Releases that the stack can run again, the running one included, the newest first. */
  readonly releases: pulumi.Output<readonly Release[]>;
  /** Id of the stack's state, which is a label of everything that the stack has in the engine. */
  readonly identity: pulumi.Output<string>;
  /** What the stack is made of, with which the next plan is compared. */
  readonly manifest: pulumi.Output<StackManifest>;
  /** Digests of the secrets in the configuration, by key, with which the next plan is compared. Secret. */
  readonly secretDigests: pulumi.Output<Record<string, string>>;
  /** What the last `up` did that changed something. */
  readonly lastUp: pulumi.Output<LastUp | undefined>;

  constructor(name: string, args: MorganStackArgs, opts?: pulumi.ComponentResourceOptions) {
    const {
      config,
      identity,
      adoptedVolumes = {},
      engine,
      facts,
      gpuPlan = NO_GPU,
      releasePlan = FIRST_BUILD,
      leftOut = [],
    } = args;
    const parts: PlannedParts = { stages: new Map(), refs: new Map(), containers: new Map() };
    const { accelerator } = config;
    super("morgan:index:MorganStack", name, { stack: config.stack, accelerator }, opts);
    for (const report of [reportRelease(releasePlan, config.stack), gpuPlan.report])
      if (report !== "") void pulumi.log.info(report, this);

    const data = {
      identity,
      adoptedVolumes,
      protectData: config.data.protect,
      processors: facts.processors,
      engine,
      manifests: parts.containers,
    };
    const local = this.createLocalRegistry(config, data, parts);
    const built = this.createImages(config, releasePlan, local, parts);
    const images = runnableImages(built, { config, identity, engine });
    const deployment = new Deployment(
      "deployment",
      {
        config,
        stack: {
          ...data,
          filesImage: images.debian,
          passwordRevision: config.data.passwordRevision,
        },
        images: mapValues(images.services, ({ ref }) => ref),
        backing: images.backing,
        gpuPlan,
        registry: local?.container,
        engine,
      },
      { parent: this },
    );

    const registry = registryOf(config.images.registry);
    this.endpoint = deployment.endpoint;
    this.certificate = deployment.certificate;
    const { id, name: engineName, architecture, processors } = facts;
    this.engine = pulumi.output({ id, name: engineName, architecture, processors });
    this.services = deployment.services;
    this.images = pulumi.output(mapValues(images.services, ({ output }) => output));
    this.registry = pulumi.output(`${registry.host}/${registry.project}`);
    this.baseImages = pulumi.output(config.images.base.kind);
    const ran = releaseOutput({
      plan: releasePlan,
      accelerator,
      repository: repository(registry),
      images: { debian: built.debian, ...built.backing, ...built.services },
      contents: built instanceof ImageGraph ? built.contents : {},
      running: deployment.services,
      ran: deployment.images,
      endpoint: deployment.endpoint,
    });
    this.release = ran.release;
    this.releases = ran.releases;
    this.identity = pulumi.output(identity.label);
    const { planSources: sources = NOTHING_RUN, forecasts = NO_FORECASTS } = args;
    const planned = planStack({ config, sources, parts, leftOut, forecasts });
    const { plan } = planned;
    this.manifest = planned.manifest(ran, releasePlan.history.running);
    this.secretDigests = planned.secretDigests;
    reportPlan(plan, config.machine, this);
    this.lastUp = recordStack({ plan, ran, parts, sources, forecasts, identity, registry, engine, stack: this });
    this.registerOutputs({
      endpoint: this.endpoint,
      certificate: this.certificate,
      engine: this.engine,
      images: this.images,
      services: this.services,
      registry: this.registry,
      baseImages: this.baseImages,
      release: this.release,
      releases: this.releases,
      identity: this.identity,
      manifest: this.manifest,
      secretDigests: this.secretDigests,
      lastUp: this.lastUp,
    });
  }

  /** Creates the stack's own registry; returns undefined if another registry is configured. */
  private createLocalRegistry(
    { images, network }: MorganConfig,
    stack: DataContext,
    { stages: manifests }: PlannedParts,
  ): LocalRegistry | undefined {
    const { registry, base } = images;
    if (registry.kind !== "local") return undefined;
    const image = createRegistryImage(this, base, { ...packagesOf(network), manifests });
    return new LocalRegistry("registry", { image, stack, port: registry.port }, { parent: this });
  }

  /** Returns the images that the stack builds, or the images of a release that is there already. */
  private createImages(
    { stack, accelerator, services, images, network, machine }: MorganConfig,
    releasePlan: ReleasePlan,
    local: LocalRegistry | undefined,
    { stages: manifests, refs }: PlannedParts,
  ): ImageGraph | ReleasedImages {
    const parent = { parent: this };
    const { builder, base: baseImages } = images;
    const registry = registryOf(images.registry);
    const { login, ready } = local ?? { login: network.registry, ready: [] };
    const build = { registry, login, tag: stack, builder, ready, manifests, refs, ...packagesOf(network) };
    return releasePlan.kind === "run"
      ? new ReleasedImages("release", { release: releasePlan.release, services, build }, parent)
      : new ImageGraph("images", { services, accelerator, baseImages, uv: machine.uv, build }, parent);
  }
}

/** Returns the package sources for builds, with their secrets and the proxy. */
function packagesOf(network: MorganConfig["network"]) {
  const { certificates, caBundle } = network;
  const sources = packageSources(network);
  return { sources, secrets: buildSecrets(network), proxy: proxyArguments(network), certificates, caBundle };
}

import * as pulumi from "@pulumi/pulumi";
import { GATEWAY_NAME } from "../catalog/image-contract.ts";
import { publishedService, type StackService } from "../catalog/select.ts";
import type { Backing } from "../catalog/service.ts";
import type { MorganConfig } from "../config/config.ts";
import type { Engine } from "../engine/engine.ts";
import type { GpuPlan } from "../gpu/plan.ts";
import { given } from "../lib/given.ts";
import { mapValues } from "../lib/map-values.ts";
import { longest } from "../lib/units.ts";
import type { BackingServiceArgs } from "./backing/backing-service.ts";
import { Postgres } from "./backing/postgres.ts";
import { Redis } from "./backing/redis.ts";
import { createNetworks, GATEWAY_NETWORKS, join, type Networks } from "./container/networks.ts";
import type { StackContext } from "./container/stack-context.ts";
import { Gateway } from "./gateway/gateway.ts";
import { serviceHealth } from "./readiness/health.ts";
import { createReadinessGate } from "./readiness/readiness-gate.ts";
import { networksOf } from "./service/networks.ts";
import { ServiceContainer } from "./service/service-container.ts";
import { createWeights } from "./service/weights.ts";
import { engineHostNames, environmentOf, secretsOf } from "./service/wiring.ts";

/** Inputs of a Deployment. */
export interface DeploymentArgs {
  readonly config: Pick<MorganConfig, "services" | "gateway" | "history" | "llm" | "models" | "release">;
  readonly stack: StackContext;
  /** Ref of each service's image, by name. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Ref of the gateway's image, and of the image of each backing service that a service uses. */
  readonly backing: { readonly haproxy: pulumi.Input<string> } & Partial<Record<Backing, pulumi.Input<string>>>;
  /** The GPU of each service that gets one. */
  readonly gpuPlan: GpuPlan;
  /** Id of the registry's container, which gets the same process limit; undefined if the stack runs no registry. */
  readonly registry: pulumi.Input<string> | undefined;
  readonly engine: Engine;
}

/** A running service, as a stack output. */
export interface RunningService {
  /** URL by which the other services reach it. */
  readonly address: string;
  /** Its health as the engine reports it. */
  readonly health: string;
  /** Device on which it computes: "cpu", or the index or UUID of a GPU. */
  readonly device: string;
}

/** The backing services that a stack runs. */
interface BackingServices {
  readonly redis: Redis | undefined;
  readonly postgres: Postgres | undefined;
}

/** The networks, the backing services, the gateway and the services of a stack. */
export class Deployment extends pulumi.ComponentResource {
  /** URL of the published port. */
  readonly endpoint: pulumi.Output<string>;
  /** SHA-256 fingerprint of the certificate at that port; empty without TLS. */
  readonly certificate: pulumi.Output<string>;
  /** Address, health and device of each service, by name. */
  readonly services: pulumi.Output<Record<string, RunningService>>;
  /** Refs of the images that the containers were made from, by name of the image, available when all are ready. */
  readonly images: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Deployment", name, {}, opts);
    const { config, stack, backing, engine } = args;
    const keepsData = backing.redis !== undefined || backing.postgres !== undefined;
    const networks = createNetworks(this, stack, keepsData);
    const data = this.createBackingServices(args, networks);
    const gateway = this.createGateway(args, networks);
    const running = this.createServices(args, networks, data);

    this.endpoint = gateway.endpoint;
    this.certificate = gateway.certificate;
    const containers = {
      ...given({ redis: data.redis?.container, postgres: data.postgres?.container }),
      haproxy: gateway.container,
      ...Object.fromEntries(running.map(([service, { container }]) => [service, container])),
    };
    const ready = createReadinessGate(this, "settled", {
      containers: [
        ...Object.values(containers).map(({ id }) => id),
        ...(args.registry === undefined ? [] : [args.registry]),
      ],
      minReady: config.release.minReady,
      startLimit: longest(config.services.map(({ variant }) => variant.startLimit)),
      identity: stack.identity,
      engine,
    });
    this.images = pulumi.all([mapValues(containers, ({ image }) => image), ready]).apply(([images]) => images);
    this.services = pulumi.output(
      Object.fromEntries(
        running.map(([service, { address, container, device }]) => {
          const health = pulumi.all([container.id, ready]).apply(([id]) => serviceHealth(engine, service, id));
          return [service, { address, health, device }];
        }),
      ),
    );
    this.registerOutputs({ endpoint: this.endpoint, services: this.services });
  }

  private createBackingServices({ stack, backing }: DeploymentArgs, networks: Networks): BackingServices {
    const create = <T>(
      name: Backing,
      Service: new (name: string, args: BackingServiceArgs, opts: pulumi.ComponentResourceOptions) => T,
    ): T | undefined => {
      const ref = backing[name];
      const joined = join(networks, ["data"], name, "data");
      return ref === undefined ? undefined : new Service(name, { stack, ref, networks: joined }, { parent: this });
    };
    return { redis: create("redis", Redis), postgres: create("postgres", Postgres) };
  }

  private createGateway({ config, stack, backing }: DeploymentArgs, networks: Networks): Gateway {
    const routes = config.services.map(({ name, port }) => ({ name, port }));
    return new Gateway(
      "gateway",
      {
        stack,
        ref: backing.haproxy,
        networks: join(networks, GATEWAY_NETWORKS, GATEWAY_NAME, "services"),
        config: config.gateway,
        routes,
        published: publishedService(config.services),
      },
      { parent: this },
    );
  }

  /**
   * Services on GPUs start one after the other: the memory may suffice for both, but not while both load their weights.
   */
  private createServices(
    args: DeploymentArgs,
    networks: Networks,
    data: BackingServices,
  ): (readonly [string, ServiceContainer])[] {
    let lastOnGpu: ServiceContainer | undefined;
    return args.config.services.map((service) => {
      const after: pulumi.Resource[] = service.backing.flatMap((backing) => data[backing] ?? []);
      const placement = args.gpuPlan.placements.get(service.name);
      if (placement !== undefined && lastOnGpu !== undefined) after.push(lastOnGpu);
      const container = this.createService(service, args, networks, data, after);
      if (placement !== undefined) lastOnGpu = container;
      return [service.name, container] as const;
    });
  }

  private createService(
    service: StackService,
    { config, stack, images, gpuPlan }: DeploymentArgs,
    networks: Networks,
    data: BackingServices,
    after: readonly pulumi.Resource[],
  ): ServiceContainer {
    const { name, variant } = service;
    const { bodyLimit, openApi } = config.gateway;
    const wiring = { ...data, llm: config.llm, bodyLimit, openApi, history: config.history };
    const placement = gpuPlan.placements.get(name);
    const model = config.models.services[name];
    const { offline, token } = config.models;
    const compute = { onGpu: placement !== undefined, model, offline, ...given({ token }) };
    return new ServiceContainer(
      name,
      {
        stack,
        ref: images[name] ?? "",
        service,
        rollout: placement?.rollout ?? "create-first",
        gpu: placement === undefined ? undefined : { mode: gpuPlan.mode, device: placement.device },
        after,
        weights: variant.usesGpu ? createWeights(this, name, model, stack) : undefined,
        networks: join(networks, networksOf(service, wiring, compute), name, "services"),
        engineHostNames: engineHostNames(service, wiring, compute),
        environment: environmentOf(service, wiring, compute),
        secrets: secretsOf(service, wiring, compute),
      },
      { parent: this },
    );
  }
}

import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engine/engine.ts";
import type { GpuPlan } from "../gpu/plan.ts";
import type { Models } from "../config/models.ts";
import type { Accelerator, Catalog } from "../catalog/service.ts";
import { Gateway, type GatewayArgs } from "./gateway/gateway.ts";
import { networksOf } from "./service/networks.ts";
import { createNetworks, GATEWAY_NETWORKS, join } from "./container/networks.ts";
import { longest, type Duration } from "../lib/units.ts";
import { Postgres } from "./backing/postgres.ts";
import { Redis } from "./backing/redis.ts";
import { ServiceContainer } from "./service/service-container.ts";
import { createSettled } from "./readiness/readiness-gate.ts";
import { createWeights } from "./service/weights.ts";
import { environmentOf, secretsOf, type LanguageModel } from "./service/wiring.ts";

/** Inputs of a Deployment. */
export interface DeploymentArgs {
  /** Name of the stack, for labels. */
  readonly stack: string;
  readonly catalog: Catalog;
  readonly accelerator: Accelerator;
  /** Image of each service to run, by name. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Image of the gateway, and of each backing service that is used. */
  readonly backing: { readonly haproxy: pulumi.Input<string> } & Partial<
    Record<"redis" | "postgres", pulumi.Input<string>>
  >;
  /** Image of the holders of configuration and secrets; one that seldom moves. */
  readonly filesImage: pulumi.Input<string>;
  readonly gateway: Pick<GatewayArgs, "address" | "port" | "tls" | "token" | "bodyLimit" | "rateLimit">;
  readonly llm: LanguageModel;
  /** Which services compute on which card. */
  readonly gpu: GpuPlan;
  readonly models: Models;
  /** Whether volumes are protected from deletion. */
  readonly protectData: boolean;
  /** How long new containers have to stay ready before the old ones go. */
  readonly minReady: Duration;
  /** Id of the container of the registry, which is limited like all others; undefined where the stack runs none. */
  readonly registry: pulumi.Input<string> | undefined;
  /** Names the passwords of the backing services: another revision is other passwords. */
  readonly passwordRevision: string;
  readonly engine: Engine;
}

/** A running service as a stack output. */
export interface RunningService {
  /** URL by which the other services reach it. */
  readonly address: string;
  /** What the engine says of its health. */
  readonly health: string;
  /** What it computes on: "cpu", or the card's index or UUID. */
  readonly device: string;
}

/** The networks, the backing services, the gateway and the services of a stack. */
export class Deployment extends pulumi.ComponentResource {
  /** URL at which the stack is reached from outside. */
  readonly endpoint: pulumi.Output<string>;
  /** The services, by name. */
  readonly services: pulumi.Output<Record<string, RunningService>>;

  constructor(name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Deployment", name, {}, opts);
    const { stack, catalog, accelerator, filesImage, protectData, engine } = args;
    const parent = { parent: this };
    const { redis: redisImage, postgres: postgresImage, haproxy } = args.backing;
    const networks = createNetworks(this, stack, redisImage !== undefined || postgresImage !== undefined);
    const data = { filesImage, stack, protectData, passwordRevision: args.passwordRevision };
    const redis =
      redisImage === undefined
        ? undefined
        : new Redis(
            "redis",
            { image: redisImage, networks: join(networks, ["data"], "redis", "data"), ...data },
            parent,
          );
    const postgres =
      postgresImage === undefined
        ? undefined
        : new Postgres(
            "postgres",
            { image: postgresImage, networks: join(networks, ["data"], "postgres", "data"), ...data },
            parent,
          );

    const chosen = Object.entries(args.images).flatMap(([service, image]) => {
      const entry = catalog[service];
      return entry === undefined ? [] : [{ service, image, entry }];
    });
    const routes = chosen.map(({ service, entry }) => ({ name: service, port: entry.port }));
    const published = chosen.find(({ entry }) => entry.published)?.service ?? routes[0]?.name ?? "";
    const gateway = new Gateway(
      "gateway",
      {
        image: haproxy,
        filesImage,
        stack,
        networks: join(networks, GATEWAY_NETWORKS, "gateway", "services"),
        ...args.gateway,
        routes,
        published,
      },
      parent,
    );
    // Services on cards start one after the other: two that load their weights at once may not fit, though both in turn do.
    let lastOnCard: ServiceContainer | undefined;
    const running = chosen.map(({ service, image, entry }) => {
      const wiring = { catalog, accelerator, redis, postgres, llm: args.llm, bodyLimit: args.gateway.bodyLimit };
      const work = entry.engines[accelerator];
      const used = entry.backing.flatMap((name) => ({ redis, postgres })[name] ?? []);
      const card = args.gpu.placements.get(service);
      const model = args.models.services[service];
      const compute = { onCard: card !== undefined, model, offline: args.models.offline };
      const container = new ServiceContainer(
        service,
        {
          image,
          filesImage,
          service: entry,
          work,
          rollout: card?.rollout ?? "create-first",
          gpu: card === undefined ? undefined : { mode: args.gpu.mode, device: card.device },
          after: [...used, ...(card === undefined || lastOnCard === undefined ? [] : [lastOnCard])],
          weights: work.vramMiB > 0 ? createWeights(this, service, model, protectData) : undefined,
          stack,
          networks: join(networks, networksOf(entry, wiring, compute), service, "services"),
          environment: environmentOf(entry, wiring, compute),
          secrets: secretsOf(entry, wiring),
        },
        parent,
      );
      if (card !== undefined) lastOnCard = container;
      return [service, container] as const;
    });

    this.endpoint = gateway.endpoint;
    const settled = createSettled(this, "settled", {
      containers: [redis, postgres, gateway, ...running.map(([, container]) => container)]
        .flatMap((component) => component?.container ?? [])
        .concat(args.registry === undefined ? [] : pulumi.output(args.registry)),
      minReady: args.minReady,
      startLimit: longest(chosen.map(({ entry }) => entry.engines[accelerator].startLimit)),
    });
    this.services = pulumi.output(
      Object.fromEntries(
        running.map(([service, { address, container, device }]) => {
          const health = pulumi.all([container, settled.id]).apply(([id]) => engine.health(id));
          return [service, { address, health, device }];
        }),
      ),
    );
    this.registerOutputs({ endpoint: this.endpoint, services: this.services });
  }
}

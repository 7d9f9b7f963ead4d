import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engine.ts";
import type { Accelerator, Catalog } from "../service.ts";
import { Gateway } from "./gateway.ts";
import { stackLabels } from "./labels.ts";
import { Postgres } from "./postgres.ts";
import { Redis } from "./redis.ts";
import { ServiceContainer } from "./service-container.ts";
import { environmentOf, secretsOf, type LanguageModel } from "./wiring.ts";

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
  readonly gateway: { readonly address: string; readonly port: number };
  readonly llm: LanguageModel;
  /** Whether volumes are protected from deletion. */
  readonly protectData: boolean;
  readonly engine: Engine;
}

/** A running service as a stack output. */
export interface RunningService {
  /** URL by which the other services reach it. */
  readonly address: string;
  /** What the engine says of its health. */
  readonly health: string;
}

/** The network, the backing services, the gateway and the services of a stack. */
export class Deployment extends pulumi.ComponentResource {
  /** URL at which the stack is reached from outside. */
  readonly endpoint: pulumi.Output<string>;
  /** The services, by name. */
  readonly services: pulumi.Output<Record<string, RunningService>>;

  constructor(name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Deployment", name, {}, opts);
    const { stack, catalog, accelerator, filesImage, protectData, engine } = args;
    const parent = { parent: this };
    const network = new docker.Network("network", { labels: stackLabels(stack, "network") }, parent).name;
    const { redis: redisImage, postgres: postgresImage, haproxy } = args.backing;
    const redis =
      redisImage === undefined
        ? undefined
        : new Redis("redis", { image: redisImage, filesImage, stack, network, protectData }, parent);
    const postgres =
      postgresImage === undefined
        ? undefined
        : new Postgres("postgres", { image: postgresImage, filesImage, stack, network, protectData }, parent);

    const chosen = Object.entries(args.images).flatMap(([service, image]) => {
      const entry = catalog[service];
      return entry === undefined ? [] : [{ service, image, entry }];
    });
    const routes = chosen.map(({ service, entry }) => ({ name: service, port: entry.port }));
    const published = chosen.find(({ entry }) => entry.published)?.service ?? routes[0]?.name ?? "";
    const gateway = new Gateway(
      "gateway",
      { image: haproxy, filesImage, stack, network, ...args.gateway, routes, published },
      parent,
    );
    const running = chosen.map(({ service, image, entry }) => {
      const wiring = { catalog, accelerator, redis, postgres, llm: args.llm };
      const container = new ServiceContainer(
        service,
        {
          image,
          filesImage,
          service: entry,
          stack,
          network,
          environment: environmentOf(entry, wiring),
          secrets: secretsOf(entry, wiring),
          engine,
        },
        parent,
      );
      return [service, { address: container.address, health: container.health }] as const;
    });

    this.endpoint = gateway.endpoint;
    this.services = pulumi.output(Object.fromEntries(running));
    this.registerOutputs({ endpoint: this.endpoint, services: this.services });
  }
}

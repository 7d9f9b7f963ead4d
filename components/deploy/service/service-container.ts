import * as pulumi from "@pulumi/pulumi";
import { APP, GATEWAY_NAME, SERVICE_USER } from "../../catalog/image-contract.ts";
import type { GpuAssignment } from "../container/gpu.ts";
import type { Rollout } from "../../catalog/rollout.ts";
import type { StackService } from "../../catalog/select.ts";
import type { Joined } from "../container/networks.ts";
import type { StackContext } from "../container/stack-context.ts";
import type { Weights } from "./weights.ts";
import { createContainer, type CreatedContainer } from "../container/container.ts";

/** Inputs of a ServiceContainer. */
export interface ServiceContainerArgs {
  /** Ref of the service's image. */
  readonly ref: pulumi.Input<string>;
  readonly service: StackService;
  readonly rollout: Rollout;
  /** The GPU that it computes on; undefined for the CPU. */
  readonly gpu: GpuAssignment | undefined;
  /** Resources that have to be ready before it: its backing services, and the previous service on a GPU. */
  readonly after: readonly pulumi.Resource[];
  /** Volume or folder with its weights; undefined for a service without weights. */
  readonly weights: Weights | undefined;
  readonly stack: StackContext;
  /** Networks that it joins. */
  readonly networks: readonly Joined[];
  /** Names that it resolves to the engine's host. */
  readonly engineHostNames: readonly string[];
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secrets, by the names of their files in /run/secrets. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The container of one service. With the rollout "create-first" its replacement causes no downtime. */
export class ServiceContainer extends pulumi.ComponentResource {
  /** URL at the gateway, for the other services. */
  readonly address: pulumi.Output<string>;
  /** Device on which it computes: "cpu", or the index or UUID of a GPU. */
  readonly device: pulumi.Output<string>;
  /** The service's container. */
  readonly container: CreatedContainer;

  constructor(name: string, args: ServiceContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:ServiceContainer", name, { port: args.service.port }, opts);
    const { port, cpus, variant } = args.service;
    const container = createContainer(this, name, {
      plan: { image: name },
      image: args.ref,
      user: SERVICE_USER,
      stack: args.stack,
      networks: args.networks,
      engineHostNames: args.engineHostNames,
      environment: { MORGAN_PORT: String(port), ...args.environment },
      files: {
        image: args.stack.filesImage,
        contents: Object.fromEntries(
          Object.entries(args.secrets).map(([file, value]) => [`/run/secrets/${file}`, value]),
        ),
      },
      scratch: ["/tmp"],
      healthCommand: ["python3", "-I", "-S", `${APP}/morgan_shared/probe.py`, String(port), "/ready"],
      startLimit: variant.startLimit,
      // Longer than the services' time limit for a request (30 s), so that running requests are finished.
      stopLimit: "35 s",
      memory: variant.memory,
      cpus,
      rollout: args.rollout,
      gpu: args.gpu,
      after: args.after,
      ...args.weights,
    });
    this.device = container.id.apply(() => args.gpu?.device ?? "cpu");
    this.address = container.id.apply(() => `http://${GATEWAY_NAME}:${String(port)}`);
    this.container = container;
    this.registerOutputs({ address: this.address, device: this.device, container: container.id });
  }
}

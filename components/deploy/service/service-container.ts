import * as pulumi from "@pulumi/pulumi";
import { APP, SERVICE_USER } from "../../catalog/image-contract.ts";
import type { GpuAssignment } from "../container/gpu.ts";
import type { Rollout } from "../../catalog/rollout.ts";
import type { StackService } from "../../catalog/select.ts";
import type { Joined } from "../container/networks.ts";
import type { StackContext } from "../container/stack-context.ts";
import type { Weights } from "./weights.ts";
import { createContainer } from "../container/container.ts";

/** Inputs of a ServiceContainer. */
export interface ServiceContainerArgs {
  /** Image of the service, by digest. */
  readonly ref: pulumi.Input<string>;
  readonly service: StackService;
  readonly rollout: Rollout;
  /** The card that it computes on; undefined for the processor. */
  readonly gpu: GpuAssignment | undefined;
  /** What it uses, and the service on a card that is replaced before it. */
  readonly after: readonly pulumi.Resource[];
  /** Where its weights are mounted from; undefined for a service without. */
  readonly weights: Weights | undefined;
  readonly stack: StackContext;
  /** Networks that it is on. */
  readonly networks: readonly Joined[];
  /** Environment. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secrets by the name of the file in /run/secrets that holds each. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** One service, running: health-gated, and replaced without a gap. */
export class ServiceContainer extends pulumi.ComponentResource {
  /** URL by which the other services reach it, at the gateway. */
  readonly address: pulumi.Output<string>;
  /** What it computes on: "cpu", or the card's index or UUID. */
  readonly device: pulumi.Output<string>;
  /** Id of its container. */
  readonly container: pulumi.Output<string>;

  constructor(name: string, args: ServiceContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:ServiceContainer", name, { port: args.service.port }, opts);
    const { port, cpus, variant } = args.service;
    const container = createContainer(this, name, {
      image: args.ref,
      user: SERVICE_USER,
      stack: args.stack,
      networks: args.networks,
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
      // Longer than the services give a request (30 s), so that those in flight are finished.
      stopLimit: "35 s",
      memory: variant.memory,
      cpus,
      rollout: args.rollout,
      gpu: args.gpu,
      after: args.after,
      ...args.weights,
    });
    this.device = container.id.apply(() => args.gpu?.device ?? "cpu");
    this.address = container.id.apply(() => `http://gateway:${String(port)}`);
    this.container = container.id;
    this.registerOutputs({ address: this.address, device: this.device, container: this.container });
  }
}

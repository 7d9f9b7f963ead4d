import * as pulumi from "@pulumi/pulumi";
import { REGISTRY_DATA, REGISTRY_PORT, REGISTRY_USER } from "../catalog/image-contract.ts";
import { createContainer } from "./container/container.ts";
import type { StackContext } from "./container/stack-context.ts";
import { createVolume } from "./container/volume.ts";

/** Inputs of a LocalRegistry. */
export interface LocalRegistryArgs {
  /** Name of the image in the engine. */
  readonly image: pulumi.Input<string>;
  readonly stack: Pick<StackContext, "name" | "processors" | "protectData" | "engine">;
  /**
   * Port of the host's loopback address. Docker 26 and newer use plain HTTP for a registry on loopback, and for no
   * other.
   */
  readonly port: number;
}

/** The registry that a stack runs for itself if no other registry is configured. */
export class LocalRegistry extends pulumi.ComponentResource {
  /** Resources that have to exist before a push. */
  readonly ready: readonly pulumi.Resource[];
  /** Id of the registry's container. */
  readonly container: pulumi.Output<string>;

  constructor(name: string, args: LocalRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:LocalRegistry", name, { port: args.port }, opts);
    const container = createContainer(this, name, {
      image: args.image,
      user: REGISTRY_USER,
      stack: args.stack,
      networks: [],
      volumes: { [REGISTRY_DATA]: createVolume(this, `${name}-data`, args.stack.protectData) },
      healthCommand: ["/bin/sh", "-c", HEALTH],
      startLimit: "30 s",
      stopLimit: "10 s",
      memory: "512 MiB",
      cpus: 2,
      publish: { address: "127.0.0.1", external: args.port, internal: REGISTRY_PORT },
      rollout: "stop-first",
    });
    this.ready = [container.resource];
    this.container = container.id;
    this.registerOutputs({ container: this.container });
  }
}

/** The image from Debian's package has bash and no wget. The upstream image has wget and no bash. */
const HEALTH =
  `if command -v bash >/dev/null; then bash -c 'exec 3<>/dev/tcp/127.0.0.1/${String(REGISTRY_PORT)}'; ` +
  `else wget -q --spider http://127.0.0.1:${String(REGISTRY_PORT)}/v2/; fi`;

import * as pulumi from "@pulumi/pulumi";
import { createContainer } from "./container.ts";
import { createGatewayFiles, GATEWAY_FOLDER } from "./gateway-files.ts";
import { gatewayConfig, type Route } from "./gateway-config.ts";

/** Inputs of a Gateway. */
export interface GatewayArgs {
  readonly image: pulumi.Input<string>;
  /** Image of the holder of its files. */
  readonly filesImage: pulumi.Input<string>;
  /** Name of the stack, for labels. */
  readonly stack: string;
  /** Name of the network on which it is found as `gateway`. */
  readonly network: pulumi.Input<string>;
  /** Address of the host that the port is published on; loopback unless configured. */
  readonly address: string;
  /** Port of the host. */
  readonly port: number;
  readonly routes: readonly Route[];
  /** Name of the service that the published port leads to. */
  readonly published: string;
}

const CONFIG = `${GATEWAY_FOLDER}/haproxy.cfg`;
const PUBLISHED_PORT = 8080;

/** The one published port, and the hop between services: only what is ready gets a request. */
export class Gateway extends pulumi.ComponentResource {
  /** URL at which the stack is reached from outside. */
  readonly endpoint: pulumi.Output<string>;
  /** Id of its container. */
  readonly container: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Gateway", name, { port: args.port }, opts);
    const files = createGatewayFiles(this, name, {
      stack: args.stack,
      image: args.filesImage,
      gatewayImage: args.image,
      contents: {
        [CONFIG]: gatewayConfig({ routes: args.routes, published: args.published, publishedPort: PUBLISHED_PORT }),
      },
    });
    const container = createContainer(this, name, {
      image: args.image,
      user: "99:99",
      stack: args.stack,
      network: { name: args.network, alias: name },
      command: ["haproxy", "-W", "-db", "-f", CONFIG],
      readOnlyVolumes: { [GATEWAY_FOLDER]: files.volume },
      after: files.loaded,
      // Where a worker leaves to the next one what it knows of the containers.
      scratch: ["/tmp"],
      healthCommand: ["/bin/bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${String(PUBLISHED_PORT)}`],
      startLimit: "30 s",
      stopLimit: "10 s",
      memory: "256 MiB",
      cpus: 1,
      publish: { address: args.address, external: args.port, internal: PUBLISHED_PORT },
      rollout: "stop-first",
    });
    this.endpoint = container.id.apply(() => `http://${args.address}:${String(args.port)}`);
    this.container = container.id;
    this.registerOutputs({ endpoint: this.endpoint, container: this.container });
  }
}

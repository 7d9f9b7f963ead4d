import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { createContainer } from "../container/container.ts";
import { expiryReminder, type KeyPair } from "../../config/certificate.ts";
import { GATEWAY_FOLDER, HAPROXY_COMMAND, HAPROXY_CONFIG, HAPROXY_USER } from "../../catalog/image-contract.ts";
import { createGatewayFiles } from "./config-volume.ts";
import { gatewayConfig, type Route } from "./haproxy-config.ts";
import type { Joined } from "../container/networks.ts";

/** Inputs of a Gateway. */
export interface GatewayArgs {
  readonly image: pulumi.Input<string>;
  /** Image of the holder of its files. */
  readonly filesImage: pulumi.Input<string>;
  /** Name of the stack, for labels. */
  readonly stack: string;
  /** Networks that it is on. */
  readonly networks: readonly Joined[];
  /** Address of the host that the port is published on; loopback unless configured. */
  readonly address: string;
  /** Port of the host. */
  readonly port: number;
  readonly routes: readonly Route[];
  /** Name of the service that the published port leads to. */
  readonly published: string;
  /** Certificate and key; undefined for plain HTTP. */
  readonly tls: KeyPair | undefined;
  /** Token that a request has to bring; undefined where it needs none. Secret. */
  readonly token: pulumi.Output<string> | undefined;
  /** Largest body that services take, in bytes. */
  readonly bodyLimit: number;
  /** Requests of one client's address in 10 s; 0 for any number. */
  readonly rateLimit: number;
}

const KEY_PAIR = `${GATEWAY_FOLDER}/tls.pem`;
const PUBLISHED_PORT = 8080;

/** The one published port, and the hop between services: only what is ready gets a request. */
export class Gateway extends pulumi.ComponentResource {
  /** URL at which the stack is reached from outside. */
  readonly endpoint: pulumi.Output<string>;
  /** Id of its container. */
  readonly container: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Gateway", name, { port: args.port }, opts);
    const { tls } = args;
    const reminder = tls === undefined ? undefined : expiryReminder(tls, new Date());
    if (reminder !== undefined) void pulumi.log.warn(reminder, this);
    const files = createGatewayFiles(this, name, {
      stack: args.stack,
      image: args.filesImage,
      gatewayImage: args.image,
      contents: gatewayFiles(args),
    });
    const container = createContainer(this, name, {
      image: args.image,
      user: HAPROXY_USER,
      stack: args.stack,
      networks: args.networks,
      command: HAPROXY_COMMAND,
      readOnlyVolumes: { [GATEWAY_FOLDER]: files.volume },
      after: [files.loaded],
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
    const scheme = tls === undefined ? "http" : "https";
    this.endpoint = container.id.apply(() => `${scheme}://${args.address}:${String(args.port)}`);
    this.container = container.id;
    this.registerOutputs({ endpoint: this.endpoint, container: this.container });
  }
}

/** What the gateway reads, by path. Of the token it gets the digest, which is all that it needs to compare. */
function gatewayFiles({
  routes,
  published,
  tls,
  token,
  bodyLimit,
  rateLimit,
}: GatewayArgs): Record<string, pulumi.Input<string>> {
  const render = (tokenDigest: string | undefined): string =>
    gatewayConfig({
      routes,
      published,
      publishedPort: PUBLISHED_PORT,
      demands: { certificate: tls === undefined ? undefined : KEY_PAIR, tokenDigest, bodyLimit, rateLimit },
    });
  return {
    [HAPROXY_CONFIG]:
      token?.apply((text) => render(createHash("sha256").update(text).digest("hex"))) ?? render(undefined),
    ...(tls === undefined ? {} : { [KEY_PAIR]: pulumi.secret(`${tls.certificate}\n${tls.key}`) }),
  };
}

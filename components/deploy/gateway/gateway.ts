import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { createContainer, type CreatedContainer } from "../container/container.ts";
import { shortDigest } from "../../lib/short-digest.ts";
import { ownCertificate } from "../../config/certificate.ts";
import type { GatewayConfig } from "../../config/gateway.ts";
import {
  GATEWAY_FOLDER,
  GATEWAY_PORT,
  HAPROXY_COMMAND,
  HAPROXY_CONFIG,
  HAPROXY_USER,
} from "../../catalog/image-contract.ts";
import { createGatewayFiles } from "./config-volume.ts";
import { haproxyConfig, type Route } from "./haproxy-config.ts";
import type { Joined } from "../container/networks.ts";
import type { StackContext } from "../container/stack-context.ts";

/** Inputs of a Gateway. */
export interface GatewayArgs {
  readonly stack: StackContext;
  /** Ref of its image. */
  readonly ref: pulumi.Input<string>;
  /** Networks that it joins. */
  readonly networks: readonly Joined[];
  readonly config: GatewayConfig;
  readonly routes: readonly Route[];
  /** Name of the service that gets the requests of the published port. */
  readonly published: string;
}

const KEY_PAIR = `${GATEWAY_FOLDER}/tls.pem`;

/** The gateway: the published port, and the hop between services. Only ready containers get requests. */
export class Gateway extends pulumi.ComponentResource {
  /** URL of the published port. */
  readonly endpoint: pulumi.Output<string>;
  /** SHA-256 fingerprint of the certificate that it presents; empty without TLS. */
  readonly certificate: pulumi.Output<string>;
  /** The gateway's container. */
  readonly container: CreatedContainer;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Gateway", name, { port: args.config.port }, opts);
    const { stack, config } = args;
    const { tls } = config;
    const files = createGatewayFiles(this, name, {
      stack,
      gatewayRef: args.ref,
      contents: gatewayFiles(args),
    });
    const container = createContainer(this, name, {
      plan: { image: "haproxy", reloads: gatewayReloads(args) },
      image: args.ref,
      user: HAPROXY_USER,
      stack,
      networks: args.networks,
      command: HAPROXY_COMMAND,
      readOnlyVolumes: { [GATEWAY_FOLDER]: files.volume },
      after: [files.loaded],
      // In this folder a worker saves the states of the containers for the next worker.
      scratch: ["/tmp"],
      healthCommand: ["/bin/bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${String(GATEWAY_PORT)}`],
      startLimit: "30 s",
      stopLimit: "10 s",
      memory: "1 GiB",
      cpus: 1,
      publish: { address: config.address, external: config.port, internal: GATEWAY_PORT },
      rollout: "stop-first",
    });
    const scheme = tls === undefined ? "http" : "https";
    this.endpoint = container.id.apply(() => `${scheme}://${config.name || config.address}:${String(config.port)}`);
    const fingerprint = tls === undefined ? "" : (ownCertificate(tls.certificate)?.fingerprint256 ?? "");
    this.certificate = pulumi.all([container.id, files.loaded.urn]).apply(() => fingerprint);
    this.container = container;
    this.registerOutputs({ endpoint: this.endpoint, certificate: this.certificate, container: container.id });
  }
}

/** Returns what decides the gateway's files, by key of the configuration. A secret has no value here. */
function gatewayReloads({ routes, published, config }: GatewayArgs): Record<string, string> {
  const { tls, token, bodyLimit, rateLimit } = config;
  const limits = { certificate: undefined, tokenDigest: undefined, bodyLimit: 1, rateLimit: 0 };
  return {
    services: [published, ...routes.map(({ name, port }) => `${name}:${String(port)}`)].join(" "),
    bodyLimit: String(bodyLimit),
    rateLimit: String(rateLimit),
    apiToken: token === undefined ? "none" : "set",
    tlsCertificate: tls === undefined ? "none" : (ownCertificate(tls.certificate)?.fingerprint256 ?? "set"),
    "haproxy.cfg": shortDigest(haproxyConfig({ routes: [], published: "", publishedPort: GATEWAY_PORT, limits })),
  };
}

/** Returns the gateway's files by path. They contain the token's digest, not the token. */
function gatewayFiles({ routes, published, config }: GatewayArgs): Record<string, pulumi.Input<string>> {
  const { tls, token, bodyLimit, rateLimit } = config;
  const render = (tokenDigest: string | undefined): string =>
    haproxyConfig({
      routes,
      published,
      publishedPort: GATEWAY_PORT,
      limits: { certificate: tls === undefined ? undefined : KEY_PAIR, tokenDigest, bodyLimit, rateLimit },
    });
  return {
    [HAPROXY_CONFIG]:
      token?.apply((text) => render(createHash("sha256").update(text).digest("hex"))) ?? render(undefined),
    ...(tls === undefined ? {} : { [KEY_PAIR]: pulumi.secret(`${tls.certificate}\n${tls.key}`) }),
  };
}

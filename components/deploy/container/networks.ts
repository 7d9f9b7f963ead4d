import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";

/** A network of a stack. */
export type NetworkName =
  /** The gateway and the services. No way out. */
  | "services"
  /** The backing services and those that use them. No way out. */
  | "data"
  /** A way out, and the way in: a port can only be published from a network that has both. */
  | "outside";

/** The networks of the gateway: services call each other over it, and its port is published. */
export const GATEWAY_NETWORKS: readonly NetworkName[] = ["services", "outside"];

/** A network that a container is on, and the name by which others find it there. */
export interface Joined {
  readonly name: pulumi.Input<string>;
  /** Undefined where nobody has to find it. */
  readonly alias?: string;
}

/** The networks of a stack, by what they are for; their names in the engine. */
export type Networks = Readonly<Partial<Record<NetworkName, pulumi.Output<string>>>>;

/**
 * Makes the networks of a stack; that of the data where there is some. An engine has about 30 to give, so there is none
 * for each service.
 */
export function createNetworks(parent: pulumi.Resource, stack: string, keepsData: boolean): Networks {
  const closed = (name: string): pulumi.Output<string> =>
    new docker.Network(name, { internal: true, options: CLOSED, labels: stackLabels(stack, name) }, { parent }).name;
  return {
    services: closed("services-network"),
    ...(keepsData ? { data: closed("data-network") } : {}),
    // Once the only one: under its old name it stays as it is, and what is on it is found there until it has moved.
    outside: new docker.Network("network", { labels: stackLabels(stack, "network") }, { parent }).name,
  };
}

/** Without an address of the host on the bridge, which else answers on every port that the host listens on. */
const CLOSED = { "com.docker.network.bridge.inhibit_ipv4": "true" };

/**
 * What a container joins. It is found by its name on the networks where others look for it: on a second one it would
 * be there twice for a gateway that is on both.
 */
export function join(networks: Networks, names: readonly NetworkName[], alias: string, found: NetworkName): Joined[] {
  return names.flatMap((network): Joined[] => {
    const name = networks[network];
    if (name === undefined) return [];
    return [network === found ? { name, alias } : { name }];
  });
}

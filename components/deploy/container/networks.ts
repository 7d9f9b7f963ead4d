import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import { LABELS } from "./labels.ts";
import type { StackContext } from "./stack-context.ts";

/** A network of a stack. */
export type NetworkName =
  /** The gateway and the services. It does not reach other networks. */
  | "services"
  /** The backing services and their users. It does not reach other networks. */
  | "data"
  /** Connects containers to the host and the internet. Docker 28.5 publishes a port only from such a network. */
  | "outside";

/** Networks of the gateway: the services call each other through it, and it has the published port. */
export const GATEWAY_NETWORKS: readonly NetworkName[] = ["services", "outside"];

/** A network that a container joins. */
export interface Joined {
  readonly purpose: NetworkName;
  readonly name: pulumi.Input<string>;
  /** DNS name of the container on this network; undefined if no other container connects to it there. */
  readonly alias?: string;
}

/** Names of a stack's networks in the engine, by their purpose. */
export type Networks = Readonly<Partial<Record<NetworkName, pulumi.Output<string>>>>;

/**
 * Creates the networks of a stack. The network `data` exists only if the stack keeps data. There is no network for each
 * service, because the address pools of Docker 28.5 suffice for about 30 networks.
 */
export function createNetworks(
  parent: pulumi.Resource,
  { identity: { stack, label } }: Pick<StackContext, "identity">,
  keepsData: boolean,
): Networks {
  const create = (name: string, args: docker.NetworkArgs): pulumi.Output<string> =>
    new docker.Network(name, { ...args, labels: stackLabels(stack, label, name) }, { parent, ignoreChanges: LABELS })
      .name;
  const closed = (name: string): pulumi.Output<string> => create(name, { internal: true, options: CLOSED });
  return {
    services: closed("services-network"),
    ...(keepsData ? { data: closed("data-network") } : {}),
    // Formerly the only network. It keeps its logical name, so that it is not replaced while containers still use it.
    outside: create("network", {}),
  };
}

/**
 * Leaves the bridge without an address of the host. Otherwise Docker 28.5 gives it one, at which containers reach every
 * port that the host listens on.
 */
const CLOSED = { "com.docker.network.bridge.inhibit_ipv4": "true" };

/**
 * Returns the networks that a container joins. It has its DNS alias on one network only. With an alias on two networks,
 * the gateway, which is on both, would find it twice.
 */
export function join(networks: Networks, names: readonly NetworkName[], alias: string, aliasOn: NetworkName): Joined[] {
  return names.flatMap((network): Joined[] => {
    const name = networks[network];
    if (name === undefined) return [];
    return [{ purpose: network, name, ...(network === aliasOn ? { alias } : {}) }];
  });
}

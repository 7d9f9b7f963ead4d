import type * as pulumi from "@pulumi/pulumi";
import type { Joined } from "../container/networks.ts";
import type { StackContext } from "../container/stack-context.ts";

/** Inputs of a backing service. */
export interface BackingServiceArgs {
  readonly stack: StackContext;
  readonly ref: pulumi.Input<string>;
  /** Networks that it is on. */
  readonly networks: readonly Joined[];
}

import type * as pulumi from "@pulumi/pulumi";
import type { Joined } from "../container/networks.ts";
import type { StackContext } from "../container/stack-context.ts";

/** Inputs of a backing service. */
export interface BackingServiceArgs {
  readonly stack: StackContext;
  /** Ref of its image. */
  readonly ref: pulumi.Input<string>;
  /** Networks that it joins. */
  readonly networks: readonly Joined[];
}

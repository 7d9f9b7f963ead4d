import type * as pulumi from "@pulumi/pulumi";
import type { Joined } from "../container/networks.ts";

/** Inputs of a service that keeps the stack's data. */
export interface BackingServiceArgs {
  readonly image: pulumi.Input<string>;
  /** Image of the holder of its files. */
  readonly filesImage: pulumi.Input<string>;
  /** Name of the stack, for labels. */
  readonly stack: string;
  /** Networks that it is on. */
  readonly networks: readonly Joined[];
  /** Whether the data is protected from deletion. */
  readonly protectData: boolean;
  /** Names the password that is wanted: another revision is another password. */
  readonly passwordRevision: string;
}

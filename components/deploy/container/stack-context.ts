import type * as pulumi from "@pulumi/pulumi";

/** What every container, volume and secret of a stack needs to know of the stack. */
export interface StackContext {
  /** Name of the stack, for labels. */
  readonly name: string;
  /** Image of the files containers. It changes less often than others, so that files stay where they are. */
  readonly filesImage: pulumi.Input<string>;
  /** True if volumes and passwords are protected from deletion. */
  readonly protectData: boolean;
  /** Names the passwords of the backing services. Another revision means other passwords. */
  readonly passwordRevision: string;
}

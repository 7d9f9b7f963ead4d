import type * as pulumi from "@pulumi/pulumi";

/** A user of a host, with the password as a secret. */
export interface Login {
  readonly user: string;
  readonly password: pulumi.Output<string>;
}

import type * as pulumi from "@pulumi/pulumi";

/** A user of a host, with the password as a secret. */
export interface Login {
  readonly user: string;
  readonly password: pulumi.Output<string>;
}

/** Returns a login with its password in plain text, for a request that this program sends itself. */
export async function plainLogin(
  login: Login | undefined,
): Promise<{ readonly user: string; readonly password: string } | undefined> {
  if (login === undefined) return undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  // The password is a value of the configuration, so it is known from the start.
  login.password.apply(resolve);
  return { user: login.user, password: await promise };
}

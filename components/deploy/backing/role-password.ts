import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Inputs of a role's password. */
export interface RolePasswordArgs {
  /** Id of PostgreSQL's container, available when it is healthy. */
  readonly container: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/**
 * Makes the role of the services in the running database, without privileges, and sets its password. The image's password variables have an effect only when the
 * image makes a cluster. It is set again for every new container, because the volume may contain an older password.
 * psql reads the password twice, sends only its hash, and connects as the container's own user.
 *
 * @returns the password, available when the database accepts it.
 */
export function setRolePassword(parent: pulumi.Resource, name: string, args: RolePasswordArgs): pulumi.Output<string> {
  const set = new command.local.Command(
    name,
    {
      create: "node components/deploy/backing/set-role-password.ts",
      // An update, not a trigger. A trigger replaces the resource, and Pulumi 3.259 would then also replace what
      // depends on it: core would have downtime for every new PostgreSQL image.
      environment: { MORGAN_CONTAINER: args.container },
      stdin: pulumi.secret(pulumi.interpolate`${args.password}\n${args.password}\n`),
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { parent },
  );
  return pulumi.secret(pulumi.all([args.password, set.id]).apply(([password]) => password));
}

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Inputs of a role's password. */
export interface RolePasswordArgs {
  /** Id of the container in which PostgreSQL runs, healthy. */
  readonly container: pulumi.Input<string>;
  /** The role, which is the name of its database too. */
  readonly role: string;
  readonly password: pulumi.Input<string>;
}

/**
 * Gives a role its password in the database that runs, since what the image is told counts only when a cluster is made.
 * It is done again for every container, because the volume may hold an older password. psql asks for it twice, sends
 * only its hash, and is let in as the container's own user.
 *
 * @returns the password, once the database takes it.
 */
export function setRolePassword(parent: pulumi.Resource, name: string, args: RolePasswordArgs): pulumi.Output<string> {
  const set = new command.local.Command(
    name,
    {
      create: `docker exec -i "$MORGAN_CONTAINER" psql --no-psqlrc --quiet -U ${args.role} -d ${args.role} -c '\\password'`,
      // No trigger: a replacement would spread to what waits for it, and be a gap of core's for a new PostgreSQL image.
      environment: { MORGAN_CONTAINER: args.container },
      stdin: pulumi.secret(pulumi.interpolate`${args.password}\n${args.password}\n`),
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { parent },
  );
  return pulumi.secret(pulumi.all([args.password, set.id]).apply(([password]) => password));
}

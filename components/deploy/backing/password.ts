import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "../container/stack-context.ts";

/**
 * Creates a password of 32 random digits and letters from a to f, which the state keeps as a secret. Pulumi 3.259 writes it to the
 * state before another resource uses it, so a killed run loses no password.
 */
export function createPassword(
  parent: pulumi.Resource,
  name: string,
  stack: Pick<StackContext, "passwordRevision" | "protectData">,
): pulumi.Output<string> {
  const made = new command.local.Command(
    name,
    {
      create: `node -p "require('node:crypto').randomBytes(16).toString('hex')"`,
      // An update, not a trigger. A trigger replaces the resource, and Pulumi 3.259 refuses to replace a protected one.
      ...(stack.passwordRevision === "" ? {} : { environment: { MORGAN_PASSWORD_REVISION: stack.passwordRevision } }),
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    {
      parent,
      protect: stack.protectData,
      additionalSecretOutputs: ["stdout"],
      // A change of the command below applies to new passwords only. It does not change an existing password.
      ignoreChanges: ["create", "logging"],
    },
  );
  return made.stdout;
}

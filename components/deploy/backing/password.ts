import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "../container/stack-context.ts";

/**
 * A password, made from the system's randomness and kept in the state as a secret. 32 letters and digits. It is in the
 * state before anything else gets it, so that a run that is killed loses none.
 */
export function createPassword(
  parent: pulumi.Resource,
  name: string,
  stack: Pick<StackContext, "passwordRevision" | "protectData">,
): pulumi.Output<string> {
  const made = new command.local.Command(
    name,
    {
      create: "LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 32",
      // No trigger: that would replace the resource, which Pulumi refuses where it is protected. This updates it.
      ...(stack.passwordRevision === "" ? {} : { environment: { MORGAN_PASSWORD_REVISION: stack.passwordRevision } }),
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    {
      parent,
      protect: stack.protectData,
      additionalSecretOutputs: ["stdout"],
      // Another way of making passwords is for new ones: by itself it is no reason for another password.
      ignoreChanges: ["create", "logging"],
    },
  );
  return made.stdout;
}

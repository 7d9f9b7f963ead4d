import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/**
 * A password, made once from the system's randomness and kept in the state as a secret. 32 letters and digits. It is
 * protected with the data that it opens: without it, what is on the volume cannot be read again.
 */
export function createPassword(parent: pulumi.Resource, name: string, protect: boolean): pulumi.Output<string> {
  const made = new command.local.Command(
    name,
    {
      create: "LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 32",
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    // Another way of making passwords is for new ones: run again, it would lock the data away.
    { parent, protect, additionalSecretOutputs: ["stdout"], ignoreChanges: ["create", "logging"] },
  );
  return made.stdout;
}

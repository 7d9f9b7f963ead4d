import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** A password, made once from the system's randomness and kept in the state as a secret. 32 letters and digits. */
export function createPassword(parent: pulumi.Resource, name: string): pulumi.Output<string> {
  const made = new command.local.Command(
    name,
    {
      create: "LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 32",
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { parent, additionalSecretOutputs: ["stdout"] },
  );
  return made.stdout;
}

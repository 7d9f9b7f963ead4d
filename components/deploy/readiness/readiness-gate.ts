import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { milliseconds, type Duration } from "../../lib/units.ts";

/** Inputs of a readiness gate. */
export interface ReadinessGateArgs {
  /** Id of every container of the stack that runs. */
  readonly containers: readonly pulumi.Input<string>[];
  /** How long new containers have to stay ready before the old ones go; "0 s" for not at all. */
  readonly minReady: Duration;
  /** The longest time that one of them may take to start. */
  readonly startLimit: Duration;
}

/** Processes and threads that a container may have: PostgreSQL's and torch's come to a few dozen. */
const PIDS_LIMIT = 512;

/**
 * The last step of a deployment: limits the processes of every container, for which the Docker provider has no input,
 * and watches the new ones until they have been ready for a while: the provider's own wait ends with the first healthy
 * probe, and goes on to its end for one that crashes. It fails where one does not get or stay ready. Pulumi removes what was
 * replaced at the end of an update without errors alone, so the old ones then go on serving, and the next update comes here
 * again.
 *
 * What it printed last is what has settled. A run that fails prints nothing that is kept, so what is new to it stays new.
 */
export function createReadinessGate(
  parent: pulumi.Resource,
  name: string,
  args: ReadinessGateArgs,
): command.local.Command {
  const stdin = pulumi.all([...args.containers]).apply((containers) =>
    JSON.stringify({
      containers,
      pidsLimit: PIDS_LIMIT,
      minReady: milliseconds(args.minReady),
      startLimit: milliseconds(args.startLimit),
    }),
  );
  return new command.local.Command(
    name,
    {
      create: 'node components/deploy/readiness/main.ts "$PULUMI_COMMAND_STDOUT" "$DOCKER_HOST"',
      stdin,
      logging: command.local.Logging.Stderr,
    },
    { parent },
  );
}

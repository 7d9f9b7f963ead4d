import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { StackIdentity } from "../container/stack-context.ts";
import { milliseconds, type Duration } from "../../lib/units.ts";

/** Inputs of a readiness gate. */
export interface ReadinessGateArgs {
  /** Identity of the stack, to find a container that does the work of one that failed. */
  readonly identity: StackIdentity;
  /** Id of every container of the stack that runs. */
  readonly containers: readonly pulumi.Input<string>[];
  /** Time for which new containers have to stay ready before the old ones are removed; "0 s" for none. */
  readonly minReady: Duration;
  /** Longest time until a container is ready. */
  readonly startLimit: Duration;
}

/** Processes and threads that a container may have: PostgreSQL and torch need a few dozen. */
const PIDS_LIMIT = 512;

/**
 * The last step of a deployment. It limits the processes of every container, for which @pulumi/docker 5.2 has no input.
 * Then it watches new containers until they have stayed ready. The provider's own wait ends with the first healthy
 * probe, and for a container that crashes it lasts until the timeout. The step fails if a container does not
 * get or stay ready. Pulumi deletes replaced containers only after an update without errors, so the old ones go on
 * serving, and the next update repeats this step.
 *
 * Its output lists the containers that have stayed ready. Pulumi keeps no output of a run that fails, so what is new to
 * such a run stays new.
 */
export function createReadinessGate(
  parent: pulumi.Resource,
  name: string,
  args: ReadinessGateArgs,
): command.local.Command {
  const { stack, label, legacy } = args.identity;
  const stdin = pulumi.all([pulumi.output(label), ...args.containers]).apply(([id, ...containers]) =>
    JSON.stringify({
      containers,
      identity: { stack, id, legacy },
      pidsLimit: PIDS_LIMIT,
      minReady: milliseconds(args.minReady),
      startLimit: milliseconds(args.startLimit),
    }),
  );
  return new command.local.Command(
    name,
    {
      create: "node components/deploy/readiness/main.ts",
      stdin,
      logging: command.local.Logging.Stderr,
    },
    { parent },
  );
}

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../engine/engine.ts";
import type { StackIdentity } from "../container/stack-context.ts";
import type { Identity } from "../../engine/identity.ts";
import { milliseconds, type Duration } from "../../lib/units.ts";
import { engineContainers } from "./containers.ts";
import { allMade, watchUnwatched } from "./unwatched.ts";

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
  /** Watches the containers that a partial update makes without the gate. */
  readonly engine: Engine;
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
 *
 * `pulumi up --target` and `--exclude` can leave the gate out. Then the program itself watches what the gate has not.
 *
 * @returns the ids of all containers, available when each of them has stayed ready.
 */
export function createReadinessGate(
  parent: pulumi.Resource,
  name: string,
  args: ReadinessGateArgs,
): pulumi.Output<readonly string[]> {
  const containers = pulumi.all([...args.containers]);
  const limits = {
    pidsLimit: PIDS_LIMIT,
    minReady: milliseconds(args.minReady),
    startLimit: milliseconds(args.startLimit),
  };
  const { stack, label, legacy } = args.identity;
  const identity = pulumi.output(label).apply((id): Identity => ({ stack, id, legacy }));
  const stdin = pulumi
    .all([containers, identity])
    .apply(([ids, owner]) => JSON.stringify({ containers: ids, identity: owner, ...limits }));
  const gate = new command.local.Command(
    name,
    {
      create: "node components/deploy/readiness/main.ts",
      stdin,
      logging: command.local.Logging.Stderr,
    },
    // The plan names the containers. This would show their ids.
    { parent, hideDiffs: ["stdin"] },
  );
  return pulumi.all([allMade(containers, stack), gate.stdout, identity]).apply(async ([ids, printed, owner]) => {
    // A preview makes no container.
    if (!pulumi.runtime.isDryRun())
      await watchUnwatched(
        { containers: ids, watchedBefore: printed.split(" "), ...limits },
        engineContainers(args.engine, owner),
        report,
      );
    return ids;
  });
}

function report(text: string): void {
  void pulumi.log.info(text);
}

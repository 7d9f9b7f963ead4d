import * as pulumi from "@pulumi/pulumi";
import type { StackIdentity } from "./deploy/container/stack-context.ts";
import type { Engine } from "./engine/engine.ts";
import { gapsIn } from "./engine/gaps.ts";
import { ROLE_LABEL } from "./engine/labels.ts";
import { watchContainersOf } from "./engine/ownership.ts";
import { measureUp } from "./forecast/measure.ts";
import { recordUp } from "./forecast/record.ts";
import type { ForecastSources } from "./forecast/sources.ts";
import { tagged, type Registry } from "./lib/image-reference.ts";
import { changes } from "./plan/changes.ts";
import { describeCost } from "./plan/faces/cost.ts";
import type { LastUp } from "./plan/last-up.ts";
import type { Plan } from "./plan/plan.ts";
import type { PlanSources } from "./preflight/plan-sources.ts";
import type { RanRelease } from "./release/output.ts";
import type { PlannedParts } from "./stack-plan.ts";

/** Inputs of the record of an `up`. */
export interface StackRecordArgs {
  readonly plan: pulumi.Output<Plan>;
  /** The release that ran, known when all containers are ready. */
  readonly ran: RanRelease;
  readonly parts: PlannedParts;
  readonly sources: PlanSources;
  readonly forecasts: ForecastSources;
  readonly identity: StackIdentity;
  readonly registry: Registry;
  readonly engine: Engine;
  /** The resource to which the message about the cost belongs. */
  readonly stack: pulumi.Resource;
}

/**
 * Returns what the last `up` did that changed something, with its cost. A preview, and an `up` that changes nothing,
 * leave it as it was.
 */
export function recordStack(args: StackRecordArgs): pulumi.Output<LastUp | undefined> {
  const { plan, ran, parts, sources, identity, engine, stack } = args;
  const interruptions = plan.apply((made) => watchInterruptions(made, identity, engine));
  const refs = pulumi.all(Object.fromEntries(parts.refs));
  return pulumi.all([plan, interruptions, refs, ran]).apply(async ([made, stop, built]) => {
    if (pulumi.runtime.isDryRun() || !changes(made)) return sources.lastUp;
    const now = Date.now();
    const measured = await measureUp({
      plan: made,
      began: now - performance.now(),
      now,
      refs: built,
      refsBefore: sources.manifest?.refs ?? {},
      cache: (name) => `${tagged(args.registry, name, identity.stack)}-cache`,
      interruptions: await stop(),
      sources: args.forecasts,
    });
    const record = recordUp(sources.lastUp, made, measured);
    await pulumi.log.info(describeCost(record), stack);
    return record;
  });
}

/** Watches for how long no container serves, if the plan interrupts something. The engine keeps few events. */
function watchInterruptions(
  plan: Plan,
  { stack, label, legacy }: StackIdentity,
  engine: Engine,
): () => Promise<Readonly<Record<string, number>>> {
  const isInterrupting = plan.containers.some(({ interrupts }) => interrupts !== undefined);
  if (pulumi.runtime.isDryRun() || !isInterrupting) return () => Promise.resolve({});
  const stop = watchContainersOf(engine, stack, ["kill", "die", "health_status"]);
  return () => {
    const { promise, resolve } = Promise.withResolvers<Readonly<Record<string, number>>>();
    pulumi.output(label).apply((id) => {
      const events = stop({ stack, id, legacy }).map(({ at, action, id: container, labels }) => ({
        at,
        action,
        id: container,
        role: labels[ROLE_LABEL] ?? "",
      }));
      resolve(Object.fromEntries(gapsIn(events).map(({ role, length }) => [role, Math.round(length)])));
    });
    return promise;
  };
}

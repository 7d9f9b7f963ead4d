import * as pulumi from "@pulumi/pulumi";
import type { StackIdentity } from "./deploy/container/stack-context.ts";
import type { Engine } from "./engine/engine.ts";
import { watchContainers, type ContainerEvent } from "./engine/gaps.ts";
import { measureUp } from "./forecast/measure.ts";
import { recordUp } from "./forecast/record.ts";
import { registryOf, tagged } from "./lib/image-reference.ts";
import { changes } from "./plan/changes.ts";
import { describeCost } from "./plan/faces/cost.ts";
import type { LastUp } from "./plan/last-up.ts";
import type { StackManifest } from "./plan/manifest.ts";
import type { Plan } from "./plan/plan.ts";
import type { RanRelease } from "./release/output.ts";
import { reportOutdated } from "./stack-outdated.ts";
import { planStack, reportPlan, type StackPlan, type StackPlanArgs } from "./stack-plan.ts";

/** Inputs of the description of a stack. */
export interface StackRecordArgs extends StackPlanArgs {
  /** The release that ran, known when all containers are ready. */
  readonly ran: RanRelease;
  readonly identity: StackIdentity;
  readonly engine: Engine;
  /** The resource to which the messages belong. */
  readonly stack: pulumi.Resource;
}

/** What a stack keeps for the next plan, as outputs. */
export interface StackRecord extends Pick<StackPlan, "secretDigests"> {
  readonly manifest: pulumi.Output<StackManifest>;
  readonly lastUp: pulumi.Output<LastUp | undefined>;
}

/** Plans a stack, shows the plan, and records what the `up` did. */
export function describeStack(args: StackRecordArgs): StackRecord {
  const { plan, secretDigests, manifest } = planStack(args);
  reportPlan(plan, args.config.machine, args.stack);
  reportOutdated(args);
  return { secretDigests, manifest: manifest(args.ran), lastUp: recordUpOf(plan, args) };
}

/**
 * Returns what the last `up` did that changed something, with its cost. A preview, and an `up` that changes nothing,
 * leave it as it was.
 */
function recordUpOf(plan: pulumi.Output<Plan>, args: StackRecordArgs): pulumi.Output<LastUp | undefined> {
  const { config, ran, parts, sources, identity, engine, stack } = args;
  const registry = registryOf(config.images.registry);
  const events = plan.apply((made) => watchEvents(made, identity, engine));
  const refs = pulumi.all(Object.fromEntries(parts.refs));
  return pulumi.all([plan, events, refs, ran]).apply(async ([made, stop, built]) => {
    if (pulumi.runtime.isDryRun() || !changes(made)) return sources.lastUp;
    const now = Date.now();
    const measured = await measureUp({
      plan: made,
      began: now - performance.now(),
      now,
      refs: built,
      refsBefore: sources.manifest?.refs ?? {},
      cache: (name) => `${tagged(registry, name, config.stack)}-cache`,
      events: await stop(),
      sources: args.forecasts,
    });
    const record = recordUp(sources.lastUp, made, measured);
    await pulumi.log.info(describeCost(record), stack);
    return record;
  });
}

/** Watches the stack's containers, if the plan changes one. */
function watchEvents(
  plan: Plan,
  { stack, label, legacy }: StackIdentity,
  engine: Engine,
): () => Promise<readonly ContainerEvent[]> {
  const isChanging = plan.containers.some(({ action }) => action !== "untouched");
  if (pulumi.runtime.isDryRun() || !isChanging) return () => Promise.resolve([]);
  const watch = watchContainers(engine, stack);
  return () => {
    const { promise, resolve } = Promise.withResolvers<readonly ContainerEvent[]>();
    pulumi.output(label).apply((id) => {
      resolve(watch.stop({ stack, id, legacy }));
    });
    return promise;
  };
}

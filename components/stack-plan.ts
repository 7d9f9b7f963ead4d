import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { repository, registryOf } from "./lib/image-reference.ts";
import { mapValues } from "./lib/map-values.ts";
import type { MorganConfig } from "./config/config.ts";
import { NO_HISTORY, withForecast, type History } from "./forecast/forecast.ts";
import { secondsByStage } from "./forecast/history.ts";
import type { ForecastSources } from "./forecast/sources.ts";
import { createPlan, type PlannedStack } from "./plan/create-plan.ts";
import { changes } from "./plan/changes.ts";
import { describePlan } from "./plan/faces/table.ts";
import type { ContainerManifest, StackManifest, StageManifest } from "./plan/manifest.ts";
import type { Plan } from "./plan/plan.ts";
import { recordManifest } from "./plan/record-manifest.ts";
import { differences } from "./plan/stage-reasons.ts";
import type { PlanSources } from "./preflight/plan-sources.ts";
import type { RanRelease } from "./release/output.ts";

/** Everything of a stack that a plan describes. Images and containers add themselves while they are created. */
export interface PlannedParts {
  readonly stages: Map<string, StageManifest>;
  readonly refs: Map<string, pulumi.Output<string>>;
  readonly containers: Map<string, ContainerManifest>;
}

/** Inputs of the plan of a stack. */
export interface StackPlanArgs {
  readonly config: MorganConfig;
  readonly sources: PlanSources;
  readonly parts: PlannedParts;
  readonly leftOut: readonly string[];
  /** Where forecasts come from. */
  readonly forecasts: ForecastSources;
}

/** The plan of a stack, before anything of it is built. */
export interface StackPlan {
  readonly plan: pulumi.Output<Plan>;
  /** Digests of the secrets in the configuration, by key. Secret. */
  readonly secretDigests: pulumi.Output<Record<string, string>>;
  /** Returns what the stack is made of after the `up`, when it has ended. */
  readonly manifest: (ran: RanRelease) => pulumi.Output<StackManifest>;
}

/** Plans a stack whose images and containers have been created as resources. */
export function planStack({ config, sources, parts, leftOut, forecasts }: StackPlanArgs): StackPlan {
  const after: PlannedStack = {
    cuda: config.accelerator === "cuda" ? config.cudaVersion : "",
    stages: Object.fromEntries(parts.stages),
    containers: Object.fromEntries(parts.containers),
    repository: repository(registryOf(config.images.registry)),
    passwordRevision: config.data.passwordRevision,
  };
  const secretDigests = digestsOf(config);
  const plan = secretDigests.apply(async (digests): Promise<Plan> => {
    const began = performance.now();
    const changed = differences(sources.secretDigests, digests).flatMap(({ key, change }) =>
      change === "changed" ? [key] : [],
    );
    const made = createPlan({
      stack: config.stack,
      hasRun: sources.hasRun,
      before: sources.manifest,
      after,
      release: sources.release,
      changedSecrets: new Set(changed),
      interruptions: mapValues(sources.lastUp?.containers ?? {}, ({ interruption }) => interruption),
      leftOut,
    });
    const whole = withForecast(made, await historyOf(made, sources, forecasts));
    await pulumi.log.debug(`the plan took ${String(Math.round(performance.now() - began))} ms`);
    return whole;
  });
  return {
    // It names secrets and has no value of them.
    plan: pulumi.unsecret(plan),
    secretDigests: pulumi.secret(secretDigests),
    manifest: (ran) =>
      pulumi.all([pulumi.all(Object.fromEntries(parts.refs)), ran]).apply(([refs, { release, releases }]) =>
        recordManifest({
          before: sources.manifest,
          after: { ...after, stages: { ...sources.release?.stages?.after, ...after.stages } },
          refs,
          ranBefore: sources.runs,
          runs: release,
          kept: releases.map(({ id }) => id),
        }),
      ),
  };
}

/** Reads BuildKit's history if something is to be built: that takes a quarter of a second. */
async function historyOf(
  { images }: Pick<Plan, "images">,
  { lastUp, unpackedShare }: PlanSources,
  { builds }: ForecastSources,
): Promise<History> {
  const isBuilding = images.some(({ action }) => action === "build");
  return {
    seconds: isBuilding ? secondsByStage(await builds()) : {},
    images: lastUp?.images ?? {},
    unpackedShare,
    rest: lastUp?.rest ?? NO_HISTORY.rest,
    past: lastUp?.past,
  };
}

/** A stack before its first `up`. */
export const NOTHING_RUN: PlanSources = {
  hasRun: false,
  runs: "",
  manifest: undefined,
  secretDigests: {},
  lastUp: undefined,
  unpackedShare: undefined,
  release: undefined,
};

/** Shows a plan as the stack's own message, but not in an `up` that changes nothing, and writes it where the command line reads it. */
export function reportPlan(
  plan: pulumi.Output<Plan>,
  { planFile, planAll }: MorganConfig["machine"],
  stack: pulumi.Resource,
): void {
  plan.apply(async (made) => {
    if (planFile !== "") writeFileSync(planFile, JSON.stringify(made));
    if (!pulumi.runtime.isDryRun() && !changes(made)) return;
    await pulumi.log.info(describePlan(made, { all: planAll }), stack);
  });
}

function digestsOf({ gateway, llm, models }: MorganConfig): pulumi.Output<Record<string, string>> {
  const secrets = { apiToken: gateway.token, llmApiKey: llm.apiKey, hubToken: models.token };
  const set = Object.entries(secrets).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return pulumi
    .all(Object.fromEntries(set))
    .apply((values) => mapValues(values, (value) => createHash("sha256").update(value).digest("hex")));
}

import * as pulumi from "@pulumi/pulumi";
import { checkCertificate } from "./certificate.ts";
import { checkBuilder } from "./builder.ts";
import { checkBuild, lockNames } from "./build.ts";
import { keepRecorded } from "../config/base-images.ts";
import type { MorganConfig } from "../config/config.ts";
import { uvForBuilds } from "../config/machine.ts";
import { checkEngine } from "./engine.ts";
import { throwProblems, type Problem } from "../lib/errors.ts";
import { planGpus, type GpuPlan } from "../gpu/plan.ts";
import type { KnownState } from "./known-state.ts";
import { hasRun, type Identity } from "../engine/identity.ts";
import type { Host } from "../host/host.ts";
import type { EngineFacts } from "../engine/facts.ts";
import { parseSizes, type KnownSizes } from "../engine/known-sizes.ts";
import { checkModels } from "./models.ts";
import { checkNetwork } from "./network.ts";
import { checkPlatform } from "./platform.ts";
import { readPlanSources, type PlanSources } from "./plan-sources.ts";
import { parseManifest } from "../plan/parse-manifest.ts";
import { planPromotion } from "./release.ts";
import { recordedBaseImages } from "../release/base-images.ts";
import type { ReleasePlan } from "../release/plan.ts";
import { parseLock } from "../requirements/lock.ts";
import { checkWithoutMachine, leftOutChecks, recordedGpus } from "./without-machine.ts";

/** Results of the preflight. */
export interface Preflight {
  readonly facts: EngineFacts;
  /** The configuration, with the base images that the stack keeps and the uv program for its engine. */
  readonly config: MorganConfig;
  readonly gpu: GpuPlan;
  readonly release: ReleasePlan;
  /** File with the CA of the registry that the engine lacks; undefined if it lacks none. */
  readonly missingCa: string | undefined;
  /** Sizes of images that a past `up` measured. */
  readonly sizes: KnownSizes;
  readonly identity: Identity;
  /** What the plan is compared with. */
  readonly planSources: PlanSources;
  /** Names of volumes in the engine that this run takes over, by logical name. */
  readonly adoptedVolumes: Readonly<Record<string, string>>;
  /** Checks that were left out, a sentence each. */
  readonly leftOut: readonly string[];
}

/**
 * Checks the configuration and the machine before anything is built or changed, and plans the GPUs and the release.
 *
 * @throws MorganError with every problem at once.
 */
export async function preflight(
  given: MorganConfig,
  problems: readonly Problem[],
  host: Host,
  state: KnownState,
): Promise<Preflight> {
  const { outputs, identity } = state;
  const { withoutMachine } = given.machine;
  const [engine, release, sizes, recorded, certificate] = await Promise.all([
    withoutMachine ? checkWithoutMachine(given, state) : checkEngine(given, host, state),
    planPromotion(given, host, outputs),
    outputs.then(parseSizes),
    outputs.then(recordedBaseImages),
    outputs.then((found) => checkCertificate(given, found, host.now())),
  ]);
  const { facts } = engine;
  const architecture = facts?.architecture ?? "amd64";
  const config: MorganConfig = {
    ...given,
    images: keepRecorded(given.images, recorded),
    machine: { ...given.machine, uv: uvForBuilds(given.machine, architecture) },
  };
  const builds = release.plan.kind === "build";
  // An engine that does not answer, or another stack's, has been reported. Its GPUs and its network do not matter.
  const [{ plan, problems: gpu }, network] =
    facts === undefined || withoutMachine
      ? [
          { plan: recordedGpus(config, parseManifest(await outputs)), problems: [] },
          { problems: [], missingCa: undefined },
        ]
      : await Promise.all([planServiceGpus(config, host, identity), checkNetwork(config, host, facts)]);
  throwProblems([
    ...(builds ? problems : await withoutThoseOfBuilds(problems)),
    ...certificate,
    ...release.problems,
    ...(builds ? [...checkBuild(config, host), ...(withoutMachine ? [] : await checkBuilder(config, host))] : []),
    ...(builds && facts !== undefined && !withoutMachine
      ? checkPlatform(config, architecture, recorded === undefined)
      : []),
    ...checkModels(config, host),
    ...engine.problems,
    ...gpu,
    // A pinned or promoted release needs no package index. A copy of its images reports what the registry lacks.
    ...(builds ? network.problems : []),
  ]);
  if (facts === undefined) throw new Error("the engine was refused without a problem");
  return {
    facts,
    config,
    gpu: plan,
    release: release.plan,
    missingCa: network.missingCa,
    sizes,
    identity: await identity,
    planSources: await readPlanSources(config, host, await outputs, release.plan),
    // In a stack that has run, another volume would replace the one that it has.
    adoptedVolumes: hasRun(await outputs) ? {} : config.data.adoptedVolumes,
    leftOut: withoutMachine ? leftOutChecks(config, plan) : [],
  };
}

/** Returns the problems that matter to a run that builds nothing, and warns of the others. */
async function withoutThoseOfBuilds(problems: readonly Problem[]): Promise<readonly Problem[]> {
  for (const { key, found, buildsOnly } of problems) {
    if (buildsOnly === true) await pulumi.log.warn(`${key} is ${found}; this run builds nothing, so it goes on`);
  }
  return problems.filter(({ buildsOnly }) => buildsOnly !== true);
}

function planServiceGpus(config: MorganConfig, host: Host, identity: Promise<Identity>): ReturnType<typeof planGpus> {
  const packages = (): string[] =>
    lockNames(config.services).flatMap((name) =>
      parseLock(host.readText(`requirements/${name}.txt`) ?? "").map((locked) => locked.name),
    );
  return planGpus({ ...config, identity, dockerHost: config.engine.host, packages }, host);
}

import { checkBuild, lockNames } from "./build.ts";
import type { MorganConfig } from "../config/config.ts";
import { isLocal } from "../lib/engine-address.ts";
import { checkEngine } from "./engine.ts";
import { throwProblems, type Problem } from "../lib/errors.ts";
import { NO_GPU, planGpus, type GpuPlan } from "../gpu/plan.ts";
import type { Host } from "../host/host.ts";
import { parseSizes, type KnownSizes } from "../engine/known-sizes.ts";
import { checkNetwork } from "./network.ts";
import { planPromotion } from "./release.ts";
import type { ReleasePlan } from "../release/plan.ts";
import { parseLock } from "../requirements/lock.ts";

/** What the preflight found out. */
export interface Preflight {
  readonly gpu: GpuPlan;
  readonly release: ReleasePlan;
  readonly untrusted: string | undefined;
  readonly sizes: KnownSizes;
}

/**
 * Checks, before anything is built or changed, that the configuration holds and that the machine has what it needs; plans
 * which service computes on which card and which release runs, and says which registry the engine has yet to trust and
 * which sizes of images are known.
 *
 * @throws MorganError with every problem at once.
 */
export async function preflight(config: MorganConfig, problems: readonly Problem[], host: Host): Promise<Preflight> {
  const outputs = host.outputs(config.fullName);
  const [engine, release, sizes] = await Promise.all([
    checkEngine(config, host),
    planPromotion(config, host, outputs),
    outputs.then(parseSizes),
  ]);
  const builds = release.plan.kind === "build";
  // An engine that does not answer has been reported; it cannot be asked for cards, or for what it can reach.
  const [{ plan, problems: gpu }, network] = engine.answers
    ? await Promise.all([planServiceGpus(config, host), checkNetwork(config, host)])
    : [
        { plan: NO_GPU, problems: [] },
        { problems: [], untrusted: undefined },
      ];
  throwProblems([
    ...problems,
    ...release.problems,
    ...(builds ? checkBuild(config, host) : []),
    ...checkModels(config, host),
    ...engine.problems,
    ...gpu,
    // A release that runs needs no index, and no registry where the engine has its images: a copy says what it misses.
    ...(builds ? network.problems : []),
  ]);
  return { gpu: plan, release: release.plan, untrusted: network.untrusted, sizes };
}

/** The engine would make a folder that is not there, empty and root's. */
function checkModels({ models, services, machine }: MorganConfig, host: Host): Problem[] {
  if (!isLocal(machine.dockerHost)) return [];
  return services.flatMap(({ name, variant }): Problem[] => {
    const model = models.services[name];
    if (model?.kind !== "folder" || !variant.usesGpu || host.isFolder(model.path)) return [];
    return [
      {
        key: `morgan:models.${name}`,
        expected: "a folder with the model's weights",
        found: `no folder at ${model.path}`,
        fix: "put the weights there, or name another folder or a model of the hub",
      },
    ];
  });
}

function planServiceGpus(config: MorganConfig, host: Host): ReturnType<typeof planGpus> {
  const packages = (): string[] =>
    lockNames(config.services).flatMap((name) =>
      parseLock(host.readText(`requirements/${name}.txt`) ?? "").map((locked) => locked.name),
    );
  return planGpus({ ...config, dockerHost: config.machine.dockerHost, packages }, host);
}

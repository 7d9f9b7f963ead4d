import type { MorganConfig } from "../config/config.ts";
import { recordedFacts } from "../engine/absent-engine.ts";
import type { GpuPlan } from "../gpu/plan.ts";
import { NO_GPU } from "../gpu/plan.ts";
import { isLocal } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import type { StackManifest } from "../plan/manifest.ts";
import type { EngineCheck } from "./engine.ts";
import { renameProblem } from "./identity.ts";
import type { KnownState } from "./known-state.ts";

/** Checks what can be checked of a stack without its engine. An `up` is refused. */
export async function checkWithoutMachine(
  { stack }: Pick<MorganConfig, "stack">,
  { identity: reading, outputs, isPreview }: KnownState,
): Promise<EngineCheck> {
  const identity = await reading;
  const problems: Problem[] = [];
  if (identity.stack !== stack) problems.push(renameProblem(stack, identity.stack));
  if (!isPreview) {
    problems.push({
      key: "MORGAN_WITHOUT_MACHINE",
      expected: "no value in a run that changes the stack",
      found: "true",
      fix: "unset MORGAN_WITHOUT_MACHINE, and run this on a client that reaches the engine of the stack",
    });
  }
  return { facts: recordedFacts(await outputs), problems };
}

/** Returns the GPU of each service as the last `up` placed it. A service without one is placed by the next `up`. */
export function recordedGpus(
  { services, gpu }: Pick<MorganConfig, "services" | "gpu">,
  manifest: StackManifest | undefined,
): GpuPlan {
  if (gpu.use === "off" || gpu.mode === "none") return NO_GPU;
  const found = services.flatMap(({ name, variant }) => {
    const container = manifest?.containers[name];
    const [mode, device] = container?.settings["gpu"]?.split(" ") ?? [];
    if (!variant.usesGpu || container === undefined || device === undefined || !isMode(mode)) return [];
    return [{ mode, name, placement: { device, vramMiB: variant.vramMiB, rollout: container.way } }];
  });
  return {
    ...NO_GPU,
    mode: found[0]?.mode ?? NO_GPU.mode,
    placements: new Map(found.map(({ name, placement }) => [name, placement])),
  };
}

function isMode(text: string | undefined): text is GpuPlan["mode"] {
  return text === "cdi" || text === "nvidia" || text === "runtime";
}

type Config = Pick<MorganConfig, "services" | "gpu" | "gateway" | "images" | "models" | "network" | "engine">;

/** Returns the checks that a preview without the machine leaves out, a sentence each. */
export function leftOutChecks(config: Config, { placements }: GpuPlan): string[] {
  const { gateway, images, models, network, services, engine } = config;
  const { registry } = images;
  const ports = [
    ...(gateway.port === 0 ? [] : [`${gateway.address}:${String(gateway.port)}`]),
    ...(registry.kind === "local" ? [`127.0.0.1:${String(registry.port)}`] : []),
  ];
  const folders = services.flatMap(({ name, variant }) => {
    const model = models.services[name];
    return variant.usesGpu && model?.kind === "folder" && isLocal(engine.host) ? [model.path] : [];
  });
  const sources = [network.pypi.index, network.pypi.extraIndex, network.apt.mirror, network.apt.security];
  return [
    "the engine was not asked whether it is the one of the stack and still has the stack's containers",
    ...(ports.length === 0 ? [] : [`nobody looked whether ${ports.join(" and ")} can be listened at`]),
    ...gpuSentences(config, placements),
    ...(folders.length === 0 ? [] : [`nobody looked for weights in ${folders.join(" and ")}`]),
    ...(images.builder === "default" ? [] : [`the builder "${images.builder}" was not looked for`]),
    ...(registry.kind === "local" ? [] : [`the login at ${registry.host} was not tried`]),
    ...(sources.every((url) => url === "") ? [] : ["the package sources of the configuration were not tried"]),
  ];
}

function gpuSentences({ services, gpu }: Config, placements: GpuPlan["placements"]): string[] {
  if (gpu.use === "off" || gpu.mode === "none") return [];
  return services.flatMap(({ name, variant }) => {
    if (!variant.usesGpu) return [];
    const device = placements.get(name)?.device;
    return device === undefined
      ? [`no GPU was looked for: ${name} is placed by the up`]
      : [`no GPU was looked for: ${name} counts as on GPU ${device}, as at the last up`];
  });
}

import type { ListedContainer } from "../engine/containers.ts";
import { GPU_LABEL, ROLE_LABEL, STACK_LABEL } from "../engine/labels.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import type { StackService } from "../catalog/select.ts";
import { resolveDevices } from "./devices.ts";
import type { GpuMode } from "../config/gpu.ts";
import { findHardware, type HardwareArgs } from "./discovery.ts";
import { describePlan, placeServices, type Demand, type Device, type MemoryPlan, type Placement } from "./placement.ts";

/** Which services compute on which card. */
export interface GpuPlan {
  readonly mode: Exclude<GpuMode, "none">;
  /** By service; one that is not in here computes on the processor. */
  readonly placements: ReadonlyMap<string, Placement>;
  /** What a person should know of it, in a few lines; empty where there is nothing to say. */
  readonly report: string;
}

/** What a plan is made from. */
export interface GpuPlanArgs extends HardwareArgs {
  readonly stack: string;
  readonly services: readonly StackService[];
}

/** A stack of which every service computes on the processor. */
export const NO_GPU: GpuPlan = { mode: "cdi", placements: new Map(), report: "" };

/** Plans which service computes on which card, from what the machine and its engine have. */
export async function planGpus(
  args: GpuPlanArgs,
  host: Host,
): Promise<{ readonly plan: GpuPlan; readonly problems: readonly Problem[] }> {
  const { use, mode } = args.gpu;
  const wanting = args.services
    .filter(({ variant }) => variant.usesGpu)
    .map(({ name, variant }): Omit<Demand, "current"> => ({ service: name, vramMiB: variant.vramMiB }));
  if (wanting.length === 0) return { plan: NO_GPU, problems: [] };
  const names = wanting.map(({ service }) => service).join(", ");
  if (use === "off" || mode === "none") return onProcessor(`gpu is off: ${names} compute on the processor`);

  const { support, found, problems: missing } = await findHardware(args, host);
  if (missing.length > 0 && use === "preferred") {
    const why = missing.map((problem) => `${problem.expected}: ${problem.found}`).join("; ");
    return onProcessor(`no card can be used (${why}): ${names} compute on the processor`);
  }
  const running = runningOnCards(await host.engine.containers({ labels: { [STACK_LABEL]: args.stack } }));
  const own = new Map<string, number>();
  for (const { service, vramMiB } of wanting) {
    const device = running.get(service);
    if (device !== undefined) own.set(device, (own.get(device) ?? 0) + vramMiB);
  }
  const { devices, problems: unknown } = resolveDevices(args.gpu, support, found, own);
  const problems = [...missing, ...unknown];
  if (problems.length > 0) return { plan: NO_GPU, problems };
  const demands = wanting.map((demand) => {
    const device = running.get(demand.service);
    // A card that is known by another name today is the same card; one that is gone keeps its name, so that it is a move.
    const known = devices.find(({ names }) => device !== undefined && names.includes(device));
    return { ...demand, current: known?.id ?? device };
  });
  const memory = placeServices(devices, demands);
  const report = `GPU memory in MiB, ${mode}:\n${describePlan(devices, memory)}${describeRollouts(memory)}`;
  return { plan: { mode, placements: memory.placements, report }, problems: overCommitment(devices, memory) };
}

function onProcessor(report: string): { plan: GpuPlan; problems: readonly Problem[] } {
  return { plan: { ...NO_GPU, report }, problems: [] };
}

/** The card of each service that runs. */
function runningOnCards(containers: readonly ListedContainer[]): ReadonlyMap<string, string> {
  return new Map(
    containers.flatMap(({ labels }): [string, string][] => {
      const { [ROLE_LABEL]: service, [GPU_LABEL]: device } = labels;
      return service !== undefined && device !== undefined ? [[service, device]] : [];
    }),
  );
}

function describeRollouts({ placements }: MemoryPlan): string {
  const stopFirst = [...placements].filter(([, { rollout }]) => rollout === "stop-first");
  return stopFirst
    .map(
      ([service]) => `\n${service}: stop-first, since old and new do not fit on the card together; a rollout has a gap`,
    )
    .join("");
}

function overCommitment(devices: readonly Device[], memory: MemoryPlan): Problem[] {
  if (memory.unplaced.length === 0) return [];
  const table = describePlan(devices, memory).replaceAll("\n", `\n${" ".repeat(14)}`);
  return [
    {
      key: "GPU memory",
      expected: `a card with room for ${memory.unplaced.map(({ service, vramMiB }) => `${service} (${String(vramMiB)} MiB)`).join(", ")}`,
      found: table,
      fix: "free a card, name more in morgan:gpuDevices, take services out, or run them on the processor (gpu: off)",
    },
  ];
}

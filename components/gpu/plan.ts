import type { ListedContainer } from "../engine/containers.ts";
import type { Identity } from "../engine/identity.ts";
import { GPU_LABEL, ROLE_LABEL } from "../engine/labels.ts";
import { containersOf } from "../engine/ownership.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import type { StackService } from "../catalog/select.ts";
import { resolveDevices } from "./devices.ts";
import type { GpuMode } from "../config/gpu.ts";
import { discoverGpus, type DiscoveryArgs } from "./discovery.ts";
import { describePlan, placeServices, type Demand, type Device, type MemoryPlan, type Placement } from "./placement.ts";

/** The GPU of each service. */
export interface GpuPlan {
  readonly mode: Exclude<GpuMode, "none">;
  /** Placements by name of the service. A service without a placement computes on the CPU. */
  readonly placements: ReadonlyMap<string, Placement>;
  /** The plan in a few lines for the operator; empty if no service can use a GPU. */
  readonly report: string;
}

/** Inputs of a plan. */
export interface GpuPlanArgs extends DiscoveryArgs {
  /** Identity of the stack, to find the containers that have a GPU already. */
  readonly identity: Promise<Identity>;
  readonly services: readonly StackService[];
}

/** The plan of a stack whose services all compute on the CPU. */
export const NO_GPU: GpuPlan = { mode: "cdi", placements: new Map(), report: "" };

/** Plans the GPU of each service, from the GPUs of the machine and of its engine. */
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
  if (use === "off" || mode === "none") return onCpu(`gpu is off: ${names} compute on the CPU`);

  const { support, found, problems: missing } = await discoverGpus(args, host);
  if (missing.length > 0 && use === "preferred") {
    const why = missing.map((problem) => `${problem.expected}: ${problem.found}`).join("; ");
    return onCpu(`no GPU can be used (${why}): ${names} compute on the CPU`);
  }
  const running = gpusInUse(await containersOf(host.engine, await args.identity));
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
    // A container may have got the GPU by another name. A GPU that is gone keeps its name here, so the service moves.
    const known = devices.find(({ names }) => device !== undefined && names.includes(device));
    return { ...demand, current: known?.id ?? device };
  });
  const memory = placeServices(devices, demands);
  const report = `GPU memory in MiB, ${mode}:\n${describePlan(devices, memory)}${describeRollouts(memory)}`;
  return { plan: { mode, placements: memory.placements, report }, problems: overCommitment(devices, memory) };
}

function onCpu(report: string): { plan: GpuPlan; problems: readonly Problem[] } {
  return { plan: { ...NO_GPU, report }, problems: [] };
}

/** The GPU of each running service. A stopped container holds no memory, which another program may have taken. */
function gpusInUse(containers: readonly ListedContainer[]): ReadonlyMap<string, string> {
  return new Map(
    containers.flatMap(({ running, labels }): [string, string][] => {
      const { [ROLE_LABEL]: service, [GPU_LABEL]: device } = labels;
      return running && service !== undefined && device !== undefined ? [[service, device]] : [];
    }),
  );
}

function describeRollouts({ placements }: MemoryPlan): string {
  const stopFirst = [...placements].filter(([, { rollout }]) => rollout === "stop-first");
  return stopFirst
    .map(
      ([service]) =>
        `\n${service}: stop-first, since old and new do not fit on the GPU together; a rollout has downtime`,
    )
    .join("");
}

function overCommitment(devices: readonly Device[], memory: MemoryPlan): Problem[] {
  if (memory.unplaced.length === 0) return [];
  const table = describePlan(devices, memory).replaceAll("\n", `\n${" ".repeat(14)}`);
  return [
    {
      key: "GPU memory",
      expected: `a GPU with room for ${memory.unplaced.map(({ service, vramMiB }) => `${service} (${String(vramMiB)} MiB)`).join(", ")}`,
      found: table,
      fix: "free a GPU, name more in morgan:gpuDevices, take services out, or run them on the CPU (gpu: off)",
    },
  ];
}

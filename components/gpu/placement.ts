import type { Rollout } from "../catalog/rollout.ts";
import { alignColumns } from "../lib/table.ts";

/** A card, or a slice of one, that a container can be given. */
export interface Device {
  /** What a container asks for: index or UUID. */
  readonly id: string;
  /** Every name by which it could be asked for, that one too. */
  readonly names: readonly string[];
  /** What it is called: "NVIDIA A10"; empty where nobody said. */
  readonly name: string;
  readonly totalMiB: number;
  /** What programs that are not of this stack hold of it. */
  readonly othersMiB: number;
}

/** A service that wants memory of a card. */
export interface Demand {
  readonly service: string;
  /** What it fills at most. */
  readonly vramMiB: number;
  /** The device that its container has now; undefined where none runs or it has none. */
  readonly current: string | undefined;
}

/** The device that a service is given. */
export interface Placement {
  readonly device: string;
  readonly vramMiB: number;
  /** Create-first where the old and the new container fit on the device together. */
  readonly rollout: Rollout;
}

/** Which service goes where. */
export interface MemoryPlan {
  readonly placements: ReadonlyMap<string, Placement>;
  /** Services that fit on no device. */
  readonly unplaced: readonly Demand[];
}

/**
 * Places services on devices: one that runs stays where it is, so that nothing moves without need; the others, largest
 * first, go where most memory is left. What others took since it started moves no service either. A service is replaced create-first only where its second container fits beside all
 * that is placed there, since Pulumi ends old containers when every new one is healthy.
 */
export function placeServices(devices: readonly Device[], demands: readonly Demand[]): MemoryPlan {
  const left = new Map(devices.map(({ id, totalMiB, othersMiB }) => [id, totalMiB - othersMiB]));
  const others = new Map(devices.map(({ id, othersMiB }) => [id, othersMiB]));
  const chosen = new Map<string, string>();
  const unplaced: Demand[] = [];
  const take = ({ service, vramMiB }: Demand, device: string): void => {
    chosen.set(service, device);
    left.set(device, (left.get(device) ?? 0) - vramMiB);
  };
  const largestFirst = [...demands].sort((a, b) => b.vramMiB - a.vramMiB);
  const stays = ({ current = "", vramMiB }: Demand): boolean =>
    left.has(current) && (left.get(current) ?? 0) + (others.get(current) ?? 0) >= vramMiB;
  for (const demand of largestFirst) if (stays(demand)) take(demand, demand.current ?? "");
  for (const demand of largestFirst.filter(({ service }) => !chosen.has(service))) {
    const [most] = [...left].sort(([, a], [, b]) => b - a);
    if (most !== undefined && most[1] >= demand.vramMiB) take(demand, most[0]);
    else unplaced.push(demand);
  }

  const placements = new Map<string, Placement>();
  for (const { service, vramMiB, current } of demands) {
    const device = chosen.get(service);
    if (device === undefined) continue;
    const room = left.get(device) ?? 0;
    const replaced = current !== undefined;
    const both = !replaced || (current === device && room >= vramMiB);
    if (replaced && both) left.set(device, room - vramMiB);
    placements.set(service, { device, vramMiB, rollout: both ? "create-first" : "stop-first" });
  }
  return { placements, unplaced };
}

/** The plan as a table for people, a line a device, in MiB. */
export function describePlan(devices: readonly Device[], { placements }: MemoryPlan): string {
  const rows = devices.map(({ id, name, totalMiB, othersMiB }) => {
    const here = [...placements].filter(([, { device }]) => device === id);
    const used = here.reduce((sum, [, { vramMiB }]) => sum + vramMiB, 0);
    const services = here.map(([service, { vramMiB }]) => `${service} ${String(vramMiB)}`).join(", ");
    const free = totalMiB - othersMiB - used;
    return [name === "" ? id : `${id} (${name})`, String(totalMiB), String(othersMiB), services || "-", String(free)];
  });
  return alignColumns([["card", "MiB", "others", "services", "free"], ...rows]).join("\n");
}

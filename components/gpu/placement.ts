import type { Rollout } from "../catalog/rollout.ts";
import { alignColumns } from "../lib/table.ts";

/** A GPU, or a slice of one, that a container can get. */
export interface Device {
  /** The name that a container requests: index or UUID. */
  readonly id: string;
  /** Every name by which a container could request it, `id` included. */
  readonly names: readonly string[];
  /** Name of the product: "NVIDIA A10"; empty if it is not known. */
  readonly name: string;
  readonly totalMiB: number;
  /** Memory that programs outside this stack use. */
  readonly othersMiB: number;
}

/** A service that needs memory of a GPU. */
export interface Demand {
  readonly service: string;
  /** Memory that it fills at most. */
  readonly vramMiB: number;
  /** Device of its running container; undefined if none runs, or if the container has no device. */
  readonly current: string | undefined;
}

/** The device of one service. */
export interface Placement {
  readonly device: string;
  readonly vramMiB: number;
  /** Create-first if the old and the new container fit on the device together. */
  readonly rollout: Rollout;
}

/** Placements of all services. */
export interface MemoryPlan {
  readonly placements: ReadonlyMap<string, Placement>;
  /** Services that fit on no device. */
  readonly unplaced: readonly Demand[];
}

/**
 * Places services on devices. A running service keeps its device, even if other programs have taken memory since. The
 * other services go, largest first, where most memory is free. Replacement is create-first only if a second container
 * fits beside everything on that device, because Pulumi 3 removes old containers after all new ones are healthy.
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

/** Returns the plan as a table to print: a line for each device, in MiB. */
export function describePlan(devices: readonly Device[], { placements }: MemoryPlan): string {
  const rows = devices.map(({ id, name, totalMiB, othersMiB }) => {
    const here = [...placements].filter(([, { device }]) => device === id);
    const used = here.reduce((sum, [, { vramMiB }]) => sum + vramMiB, 0);
    const services = here.map(([service, { vramMiB }]) => `${service} ${String(vramMiB)}`).join(", ");
    const free = totalMiB - othersMiB - used;
    return [name === "" ? id : `${id} (${name})`, String(totalMiB), String(othersMiB), services || "-", String(free)];
  });
  return alignColumns([["GPU", "MiB", "others", "services", "free"], ...rows]).join("\n");
}

import type { LastUp } from "../plan/last-up.ts";
import type { InstalledByService } from "./report.ts";

/** Sizes in groups of groups. */
export interface SizeTree {
  readonly name: string;
  /** In bytes; that of a group is the sum of its parts. */
  readonly bytes: number;
  readonly parts: readonly SizeTree[];
}

/** Share of a whole below which parts are shown as one, because a picture has no room for them. */
const SMALL = 0.002;

/** Returns the layers that the images add to one another, as they were last pushed: compressed. */
export function layerSizes(records: LastUp["images"]): SizeTree {
  const images = Object.entries(records).map(([name, { layers }]) =>
    group(
      name,
      layers.map((bytes, index) => leaf(`layer ${String(index + 1)}`, bytes)),
    ),
  );
  return group("layers", images);
}

/**
 * Returns what is installed in the services' containers. What several services have in the same size is there once, in
 * a group of its own, because it comes from a shared layer.
 */
export function packageSizes(installed: InstalledByService): SizeTree {
  const services = Object.keys(installed).sort();
  const found = services.flatMap((service) =>
    Object.entries(installed[service] ?? {}).map(([name, bytes]) => ({ service, name, bytes })),
  );
  const things = [...Map.groupBy(found, ({ name, bytes }) => JSON.stringify([name, bytes])).values()];
  const groups = Map.groupBy(things, (same) => owners(same.map(({ service }) => service)));
  const total = things.reduce((sum, [first]) => sum + (first?.bytes ?? 0), 0);
  return group(
    "packages",
    [...groups].map(([name, own]) =>
      group(
        name === services.join(", ") && services.length > 1 ? "every service" : name,
        withoutSmall(
          own.flatMap(([first]) => (first === undefined ? [] : [leaf(first.name, first.bytes)])),
          total,
        ),
      ),
    ),
  );
}

function owners(services: readonly string[]): string {
  return [...new Set(services)].sort().join(", ");
}

/** Returns parts, those together in one that are too small to see. */
function withoutSmall(parts: readonly SizeTree[], total: number): SizeTree[] {
  const [small, large] = [false, true].map((isLarge) =>
    parts.filter(({ bytes }) => bytes >= total * SMALL === isLarge),
  );
  if (small === undefined || large === undefined || small.length < 2) return [...parts];
  const rest = small.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...large, leaf(`${String(small.length)} smaller`, rest)];
}

function leaf(name: string, bytes: number): SizeTree {
  return { name, bytes, parts: [] };
}

/** Returns a group without what is empty, the largest first. */
function group(name: string, parts: readonly SizeTree[]): SizeTree {
  const kept = parts
    .filter(({ bytes }) => bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return { name, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0), parts: kept };
}

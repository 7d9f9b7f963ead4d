import { parseLastUp } from "../forecast/parse-last-up.ts";
import { field, record, stringOr } from "../lib/json.ts";
import type { LastUp, Timeline } from "../plan/last-up.ts";
import type { StackManifest } from "../plan/manifest.ts";
import { parseManifest } from "../plan/parse-manifest.ts";
import { parseHistory } from "../release/history.ts";
import type { History } from "../release/release.ts";

/** Sizes of what is installed in the container of each service, by service and then by name, in bytes. */
export type InstalledByService = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Contents of a page about a stack. */
export interface Report {
  readonly stack: string;
  /** URL of the stack. */
  readonly endpoint: string;
  readonly stages: StackManifest["stages"];
  /** Costs of each image when it was last built, by name. */
  readonly records: LastUp["images"];
  /** Bytes of each service's image on the engine's disk, by name of the service. */
  readonly unpacked: Readonly<Record<string, number>>;
  readonly installed: InstalledByService;
  /** The last runs of `up` that changed something, the newest first. */
  readonly timelines: readonly Timeline[];
  readonly history: History;
}

/** Returns what a page shows about a stack, from the stack's outputs; what the outputs do not record is empty. */
export function readReport(stack: string, outputs: unknown, installed: InstalledByService): Report {
  const lastUp = parseLastUp(outputs);
  return {
    stack,
    endpoint: stringOr(field(outputs, "endpoint"), ""),
    stages: parseManifest(outputs)?.stages ?? {},
    records: lastUp?.images ?? {},
    unpacked: unpackedSizes(outputs),
    installed,
    timelines: lastUp?.timelines ?? [],
    history: parseHistory(outputs),
  };
}

/** Returns the bytes of each service's image on the engine's disk, from a stack's outputs, as far as they are known. */
export function unpackedSizes(outputs: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record(field(outputs, "images"))).flatMap(([name, image]): [string, number][] => {
      const unpacked = field(field(image, "size"), "unpacked");
      return typeof unpacked === "number" && unpacked > 0 ? [[name, unpacked]] : [];
    }),
  );
}

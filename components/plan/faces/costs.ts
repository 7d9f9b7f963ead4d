import type { ImageRecord } from "../last-up.ts";
import { describeBytes, describeSeconds } from "./quantities.ts";

/** Costs of an image in words; empty for a cost that is not known. */
export interface Costs {
  /** Compressed size of the layers that it adds. */
  readonly adds: string;
  /** Its whole size on the disk. */
  readonly whole: string;
  /** Time of its last build. */
  readonly took: string;
}

/** The sources of an image's costs, by name of the image. */
export interface CostSources {
  /** Records of the last builds. */
  readonly records: Readonly<Record<string, Pick<ImageRecord, "layers" | "seconds">>>;
  /** Bytes of each service's image on the engine's disk. */
  readonly unpacked: Readonly<Record<string, number>>;
}

/** Returns the costs of an image. An image may have the name of something that every object has: "constructor". */
export function costsOf(name: string, { records, unpacked }: CostSources): Costs {
  const record = Object.hasOwn(records, name) ? records[name] : undefined;
  const whole = Object.hasOwn(unpacked, name) ? unpacked[name] : undefined;
  const [last] = record?.seconds ?? [];
  return {
    adds: record === undefined ? "" : describeBytes(record.layers.reduce((sum, bytes) => sum + bytes, 0)),
    whole: whole === undefined ? "" : describeBytes(whole),
    took: last === undefined ? "" : describeSeconds(last),
  };
}

/** Returns the sizes of an image as the lines of a node in a picture. */
export function sizeLines(name: string, sources: CostSources): string[] {
  const { adds, whole } = costsOf(name, sources);
  return [...(adds === "" ? [] : [`adds ${adds}`]), ...(whole === "" ? [] : [`${whole} in all`])];
}

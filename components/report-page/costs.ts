import { describeBytes, describeSeconds } from "../plan/faces/quantities.ts";
import type { Report } from "./report.ts";

/** What an image costs, in words; empty for what is not known. */
export interface Costs {
  /** Compressed size of the layers that it adds. */
  readonly adds: string;
  /** Its whole size on the disk. */
  readonly whole: string;
  /** Time of its last build. */
  readonly took: string;
}

/** Returns what an image costs. An image may have the name of something that every object has: "constructor". */
export function costsOf(name: string, { records, unpacked }: Pick<Report, "records" | "unpacked">): Costs {
  const record = Object.hasOwn(records, name) ? records[name] : undefined;
  const whole = Object.hasOwn(unpacked, name) ? unpacked[name] : undefined;
  const [last] = record?.seconds ?? [];
  return {
    adds: record === undefined ? "" : describeBytes(record.layers.reduce((sum, bytes) => sum + bytes, 0)),
    whole: whole === undefined ? "" : describeBytes(whole),
    took: last === undefined ? "" : describeSeconds(last),
  };
}

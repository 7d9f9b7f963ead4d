import { mebibytes, type Size } from "../lib/units.ts";
import type { ConfigReader } from "./reader.ts";

/** The limits of the history. Beyond each of them, the oldest turns are deleted. */
export interface HistoryConfig {
  /** Age in days at which a turn is deleted; 0 for no age. Default: 365. */
  readonly days: number;
  /** Size of all turns, in bytes. Default: 2 GiB. */
  readonly size: number;
  /** Number of turns of one session. Default: 1000. */
  readonly sessionTurns: number;
  /** Size of the texts and replies of one session, in bytes. Default: 8 MiB. */
  readonly sessionSize: number;
}

/** Reads the section of the history. */
export function readHistory({ count, size }: ConfigReader): HistoryConfig {
  const sized = (key: string, otherwise: Size, most: number): number =>
    Math.round(mebibytes(size(key, otherwise, most)) * 1024 * 1024);
  return {
    days: count("historyDays", { most: 36_500, otherwise: 365 }),
    size: sized("historySize", "2 GiB", 1024 * 1024),
    sessionTurns: count("historySessionTurns", { least: 1, most: 100_000, otherwise: 1000 }),
    sessionSize: sized("historySessionSize", "8 MiB", 1024),
  };
}

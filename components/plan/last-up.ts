import type { PastForecasts, Plan } from "./plan.ts";

/**
 * What the last `up` that changed something did, as a stack output. An `up` that changes nothing leaves it as it is, so
 * that nothing changed is no change of the outputs.
 */
export interface LastUp {
  readonly version: 1;
  /** The plan that it began with. */
  readonly plan: Plan;
  /** What it cost. */
  readonly cost: Cost;
  /** What each image cost when it was last built, by name. It grows with every `up`. */
  readonly images: Readonly<Record<string, ImageRecord>>;
  /** What each container needed when it was last replaced, by name. */
  readonly containers: Readonly<Record<string, ContainerRecord>>;
  /** Sums of all forecasts until now; absent before the first forecast. */
  readonly past?: PastForecasts;
}

/** What an `up` cost. */
export interface Cost {
  /** Seconds from the start of the program until all containers were ready. */
  readonly seconds: number;
  /** Bytes that were pushed; absent if the registry did not say. */
  readonly bytes?: number;
}

/** What an image cost when it was last built. */
export interface ImageRecord {
  /** Seconds of its last builds in BuildKit's history, the newest first, three at most. */
  readonly seconds: readonly number[];
  /** Compressed sizes of the layers that the image adds to its parent, in bytes. */
  readonly layers: readonly number[];
  /** Bytes of its configuration, its manifest and its cache export. */
  readonly rest: number;
}

/** What a container needed when it was last replaced. */
export interface ContainerRecord {
  /** Milliseconds from its start until it was healthy; absent if the engine did not say. */
  readonly ready?: number;
  /** Milliseconds in which no container served; absent if nothing was interrupted. */
  readonly interruption?: number;
}

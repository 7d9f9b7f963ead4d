import type { PastForecasts, Plan } from "./plan.ts";

/**
 * What the last `up` that changed something did, as a stack output. An `up` that changes nothing leaves it as it is, so
 * that nothing changed is no change of the outputs.
 */
export interface LastUp {
  readonly version: 1;
  /** The plan that it began with. */
  readonly plan: Plan;
  readonly cost: Cost;
  /** What each image cost when it was last built, by name. It grows with every `up`. */
  readonly images: Readonly<Record<string, ImageRecord>>;
  /** What each container interrupted when it was last replaced, by name. */
  readonly containers: Readonly<Record<string, ContainerRecord>>;
  /**
   * Seconds of the last runs of `up` without those of their builds on the critical path, the newest first, three at
   * most. Runs that built images are apart from those that did not.
   */
  readonly rest: { readonly build: readonly number[]; readonly deploy: readonly number[] };
  /** Sums of all forecasts until now; absent before the first forecast. */
  readonly past?: PastForecasts;
  /** The last runs of `up` that changed something, the newest first, five at most. */
  readonly timelines: readonly Timeline[];
}

/** When the builds and the containers of an `up` began and ended. */
export interface Timeline {
  /** Time at which the `up` began, in milliseconds since 1970. */
  readonly began: number;
  /** Seconds of the whole `up`. */
  readonly seconds: number;
  /** Builds with their pushes, in the order of their beginnings. */
  readonly builds: readonly Span[];
  /** Containers that were started, each until it was ready. */
  readonly containers: readonly Span[];
}

/** A part of an `up`, in seconds since the `up` began. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
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
  /** Seconds of its last builds with their pushes, the newest first, three at most. */
  readonly seconds: readonly number[];
  /** Compressed sizes of the layers that the image adds to the image below it, in bytes. */
  readonly layers: readonly number[];
  /** Bytes of its configuration and its manifest, and of those of its cache export. */
  readonly rest: number;
}

/** What a container interrupted when it was last replaced. */
export interface ContainerRecord {
  /** Milliseconds in which no container served; absent if nothing was interrupted. */
  readonly interruption?: number;
}

import type { Way } from "./manifest.ts";

/** What an `up` would do to a stack, and why. Every face of the plan shows this one value. */
export interface Plan {
  /** Version of this form. Programs refuse a version that they do not know. */
  readonly version: 1;
  /** Name of the stack. */
  readonly stack: string;
  /**
   * What it was compared with: the manifest of the last `up`; nothing, before the first `up`; or no manifest, because an
   * older program made the stack.
   */
  readonly comparedWith: "manifest" | "nothing" | "no manifest";
  /** Images in the order of the image graph. */
  readonly images: readonly PlannedImage[];
  /** Containers in the order in which they start. */
  readonly containers: readonly PlannedContainer[];
  /** The releases before and after; absent for a stack that builds its own images. */
  readonly promotion?: PlannedPromotion;
  readonly forecast: Forecast;
  /** Checks that were left out because the machine of the stack is not here, a sentence each. */
  readonly leftOut: readonly string[];
}

/** An image of the plan: a shared stage, the dependencies of a service, a service, or a backing service. */
export interface PlannedImage {
  readonly name: string;
  /** Names of the images that it is built on, or that its build mounts. */
  readonly parents: readonly string[];
  /**
   * "build": its digest changes. "cached": it stays. "copy": it comes from another stack. "switch": another release has
   * it already. "remove": nothing needs it.
   */
  readonly action: "build" | "cached" | "copy" | "switch" | "remove";
  /** Why it is built; empty if it stays. */
  readonly reasons: readonly ImageReason[];
  /** Absent if it stays. */
  readonly forecast?: ImageForecast;
}

/** Why an image is built. Every other kind than "parent" is a cause of its own. */
export type ImageReason =
  /** The stack has not built it before. */
  | { readonly kind: "new" }
  /** An older program built it, and left no manifest. */
  | { readonly kind: "no manifest" }
  | { readonly kind: "file"; readonly path: string; readonly change: Change }
  | {
      readonly kind: "package";
      readonly name: string;
      /** Version before; absent if the package is added. */
      readonly from?: string;
      /** Version after; absent if the package is removed. */
      readonly to?: string;
      /** Path of the lock file. */
      readonly lockFile: string;
    }
  /** The lock file differs in something other than a version: a hash, or a comment. */
  | { readonly kind: "lock file"; readonly path: string }
  | { readonly kind: "Debian package"; readonly name: string; readonly change: Change }
  | { readonly kind: "argument"; readonly name: string; readonly from?: string; readonly to?: string }
  | { readonly kind: "instruction"; readonly text: string; readonly change: Change }
  | { readonly kind: "base image"; readonly name: string; readonly from?: string; readonly to?: string }
  | { readonly kind: "CUDA"; readonly from: string; readonly to: string }
  /** An image that it is built on is built. `chain` leads to the image with a cause of its own: ["tts-deps", "base"]. */
  | { readonly kind: "parent"; readonly chain: readonly string[] };

export type Change = "added" | "changed" | "removed";

/** A container of the plan. */
export interface PlannedContainer {
  readonly name: string;
  readonly action: "create" | "untouched" | "reload" | "replace" | "remove";
  /** Why; empty if it is untouched. */
  readonly reasons: readonly ContainerReason[];
  /** How it is replaced; absent if it is not. */
  readonly way?: Way;
  /** What does not work meanwhile; absent if nothing is interrupted. */
  readonly interrupts?: Interruption;
}

/** Why a container is changed. */
export type ContainerReason =
  | { readonly kind: "new" }
  | { readonly kind: "no manifest" }
  /** No service uses it any more. */
  | { readonly kind: "unused" }
  | { readonly kind: "image"; readonly name: string }
  /** A setting by its key in the configuration, or by where it is set in the project. */
  | { readonly kind: "setting"; readonly name: string; readonly from?: string; readonly to?: string }
  | { readonly kind: "secret"; readonly name: string }
  | { readonly kind: "network"; readonly name: string; readonly change: Change };

/** What a replacement interrupts. */
export interface Interruption {
  /** In a few words: "all requests", "speech to text". */
  readonly what: string;
  /** About how long, in milliseconds, as the last replacement took; absent if none is recorded. */
  readonly milliseconds?: number;
}

/** The releases before and after a promotion or a rollback. */
export interface PlannedPromotion {
  /** Absent before the first release. */
  readonly from?: PlannedRelease;
  readonly to: PlannedRelease;
  /** What differs, by service. */
  readonly services: readonly PlannedContent[];
  /** Commits between the two revisions, the newest first; absent if the checkout lacks one of the two. */
  readonly commits?: readonly Commit[];
}

export interface PlannedRelease {
  readonly id: string;
  /** Git revision; empty if it is unknown. */
  readonly revision: string;
}

/** What differs in a service between two releases. */
export interface PlannedContent {
  readonly name: string;
  /** Reasons of every image of the service that differs; empty if the service is the same. */
  readonly reasons: readonly ImageReason[];
}

export interface Commit {
  /** Abbreviated id. */
  readonly id: string;
  readonly subject: string;
}

/** What an `up` costs, as far as there is history. */
export interface Forecast {
  /** Seconds of the whole `up`, on the critical path; absent without history. */
  readonly seconds?: number;
  /** Bytes that are pushed; absent without history. */
  readonly bytes?: number;
  /** Bytes of disk that are taken; absent without history. */
  readonly disk?: number;
  /** Names of images without history, and of those whose size nothing says, so that the sums are sums without them. */
  readonly unknown: readonly string[];
  /** Sums of earlier forecasts and of what came; absent if there was none. */
  readonly past?: PastForecasts;
}

/** Sums over earlier runs of `up` that had a forecast. */
export interface PastForecasts {
  readonly ups: number;
  readonly secondsForecast: number;
  readonly seconds: number;
  readonly bytesForecast: number;
  readonly bytes: number;
}

/** What one image costs. */
export interface ImageForecast {
  /** Seconds of its build and push; absent without history. */
  readonly seconds?: number;
  /** Bytes of its new layers in the registry; absent without history. */
  readonly bytes?: number;
}

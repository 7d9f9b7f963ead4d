import { digestOf } from "../lib/image-reference.ts";
import type { StageManifest } from "./manifest.ts";
import type { Commit, ImageReason, PlannedContent, PlannedImage, PlannedPromotion, PlannedRelease } from "./plan.ts";
import { ownReasons, type CudaRows } from "./stage-reasons.ts";

type Stages = Readonly<Record<string, StageManifest>>;
type Refs = Readonly<Record<string, string | undefined>>;

/** A change from one release to another, without a build. */
export interface ReleaseChange {
  /** The release that runs; undefined before the first. */
  readonly from: PlannedRelease | undefined;
  readonly to: PlannedRelease;
  /** True if the release comes from another stack. */
  readonly isPromoted: boolean;
  /** Names of the services. */
  readonly services: readonly string[];
  /** Ref of each image of the release that runs, by name. */
  readonly before: Refs;
  /** Ref of each image of the release to run, by name. */
  readonly after: Refs;
  /** What the images of the two releases were built from; undefined if no manifest says so. */
  readonly stages: { readonly before: Stages; readonly after: Stages } | undefined;
  /** Commits between the two revisions, the newest first; undefined if the checkout lacks one of the two. */
  readonly commits: readonly Commit[] | undefined;
  readonly cuda: CudaRows;
}

/** Returns the images of a release as the plan shows them: copied, switched to, or the same. */
export function releasedImages({ before, after, isPromoted, stages, cuda }: ReleaseChange): PlannedImage[] {
  return Object.keys(after).map((name): PlannedImage => {
    const parents = [...new Set(Object.values(stages?.after[name]?.parents ?? {}))];
    if (isSame(before[name], after[name])) return { name, parents, action: "cached", reasons: [] };
    const reasons = before[name] === undefined ? [NEW] : contentReasons(name, stages, cuda);
    return { name, parents, action: isPromoted ? "copy" : "switch", reasons };
  });
}

const NEW: ImageReason = { kind: "new" };

/** Returns what is different in a release: for each service the reasons of its own image and of all below it. */
export function plannedPromotion(change: ReleaseChange): PlannedPromotion {
  const { from, to, services, before, after, stages, commits, cuda } = change;
  const contents = services.map((name): PlannedContent => {
    if (isSame(before[name], after[name])) return { name, reasons: [] };
    return { name, reasons: before[name] === undefined ? [NEW] : contentReasons(name, stages, cuda) };
  });
  return {
    ...(from === undefined ? {} : { from }),
    to,
    services: contents,
    ...(commits === undefined ? {} : { commits }),
  };
}

function isSame(ref = "", other = ""): boolean {
  return ref !== "" && digestOf(ref) === digestOf(other);
}

function contentReasons(name: string, stages: ReleaseChange["stages"], cuda: CudaRows): readonly ImageReason[] {
  if (stages?.after[name] === undefined) return [{ kind: "no manifest" }];
  return chainOf(name, stages.after).flatMap((stage): readonly ImageReason[] => {
    const [before, after] = [stages.before[stage], stages.after[stage]];
    if (after === undefined) return [];
    return before === undefined ? [] : ownReasons(before, after, cuda);
  });
}

/** Returns an image and all below it, each once, the image itself first. */
function chainOf(name: string, stages: Stages): string[] {
  const below = Object.values(stages[name]?.parents ?? {}).flatMap((parent) => chainOf(parent, stages));
  return [...new Set([name, ...below])];
}

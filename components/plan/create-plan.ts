import { withoutTag } from "../lib/image-reference.ts";
import { planContainers, type ContainerSide } from "./containers.ts";
import { planImages } from "./images.ts";
import type { StackManifest, StageManifest } from "./manifest.ts";
import type { Plan } from "./plan.ts";
import { plannedPromotion, releasedImages, type ReleaseChange } from "./releases.ts";

/** What a stack will be made of. */
export interface PlannedStack extends ContainerSide {
  readonly cuda: string;
  /** Images that the stack builds, by name, in the order of the image graph. */
  readonly stages: Readonly<Record<string, StageManifest>>;
}

/** Inputs of a plan. */
export interface PlanArgs {
  /** Name of the stack. */
  readonly stack: string;
  /** True if the stack has run. */
  readonly hasRun: boolean;
  /** What the stack was made of at its last `up`; undefined if it has not run, or if an older program made it. */
  readonly before: StackManifest | undefined;
  readonly after: PlannedStack;
  /** The release that it runs instead of a build; undefined if it builds. */
  readonly release: Omit<ReleaseChange, "cuda"> | undefined;
  /** Keys of the secrets in the configuration that have another value than at the last `up`. */
  readonly changedSecrets: ReadonlySet<string>;
  /** Milliseconds in which a container did not serve when it was last replaced, by name. */
  readonly interruptions: Readonly<Record<string, number | undefined>>;
  readonly leftOut: readonly string[];
}

/** A stack before its first `up`. */
const NOTHING: ContainerSide & Pick<StackManifest, "cuda" | "stages"> = {
  cuda: "",
  stages: {},
  containers: {},
  repository: "",
  passwordRevision: "",
};

/** Returns what an `up` would do, without its cost. */
export function createPlan(args: PlanArgs): Omit<Plan, "forecast"> {
  const { stack, hasRun, before: recorded, after, release, leftOut } = args;
  const common = { version: 1, stack, leftOut } as const;
  if (recorded === undefined && hasRun) return { ...common, comparedWith: "no manifest", images: [], containers: [] };
  const before = recorded ?? NOTHING;
  const cuda = { from: before.cuda, to: after.cuda };
  const change = release === undefined ? undefined : { ...release, cuda };
  // A stack that promotes may have the image of its own registry as the only one that it builds.
  const built = planImages(
    release === undefined ? before.stages : only(after.stages, before.stages),
    after.stages,
    cuda,
  );
  const images = change === undefined ? built : [...built, ...releasedImages(change)];
  const changed = images.filter(({ action }) => action !== "cached");
  const containers = planContainers({
    before,
    after,
    changedImages: new Set(changed.map(({ name }) => name)),
    ownImages: new Set(images.map(({ name }) => name).filter((name) => isOwn(name, args))),
    changedSecrets: args.changedSecrets,
    interruptions: args.interruptions,
  });
  return {
    ...common,
    comparedWith: recorded === undefined ? "nothing" : "manifest",
    images,
    containers,
    ...(change === undefined ? {} : { promotion: plannedPromotion(change) }),
  };
}

/** Returns the entries of a record whose keys another record has. */
function only<T>(keys: Readonly<Record<string, unknown>>, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key in keys));
}

/** True if an image is in the stack's repository, and not a pinned upstream image or one in the engine alone. */
function isOwn(name: string, { after, release }: PlanArgs): boolean {
  if (name === "registry") return false;
  const ref = release?.after[name];
  if (ref !== undefined) return withoutTag(ref).split("@")[0] === after.repository;
  return after.stages[name]?.arguments["image"] === undefined;
}

import { gapsIn, type ContainerEvent } from "../engine/gaps.ts";
import type { Plan } from "../plan/plan.ts";
import { newBytes, ownLayers, type StoredImage } from "./layers.ts";
import type { Measured } from "./record.ts";
import type { ForecastSources } from "./sources.ts";
import { timelineOf } from "./timeline.ts";

/** Inputs of a measurement. */
export interface MeasureArgs {
  readonly plan: Plan;
  /** Time at which the program began, in milliseconds since 1970. */
  readonly began: number;
  readonly now: number;
  /** Ref of each image after the `up`, by name. */
  readonly refs: Readonly<Record<string, string>>;
  /** Ref of each image before it, by name. */
  readonly refsBefore: Readonly<Record<string, string>>;
  /** Returns the tag of a stage's cache export. */
  readonly cache: (stage: string) => string;
  /** Events of the stack's containers during the `up`. */
  readonly events: readonly ContainerEvent[];
  readonly sources: ForecastSources;
}

/** Measures an `up` that has ended, from BuildKit's history and from the registry. What they do not say is left out. */
export async function measureUp(args: MeasureArgs): Promise<Measured> {
  const { plan, began, now, refs, refsBefore, events, sources } = args;
  const built = plan.images.filter(({ action, name }) => action === "build" && refs[name] !== undefined);
  const [builds, images, before] = await Promise.all([
    built.length === 0 ? [] : sources.builds(),
    readImages(built, args),
    Promise.all(built.map(({ name }) => imageAt(refsBefore[name], sources))),
  ]);
  const known = Object.values(images);
  const present = before.filter((image) => image !== undefined);
  const isWhole =
    known.length === built.length && present.length === built.filter(({ name }) => refsBefore[name]).length;
  const bytes = newBytes(
    known.map(({ image }) => image),
    [...present, ...known.flatMap(({ below }) => below.filter((image) => !known.some((one) => one.image === image)))],
  );
  const rest = known.reduce((sum, { image, cache }) => sum + image.rest + cache, 0);
  return {
    cost: { seconds: rounded((now - began) / 1000), ...(isWhole ? { bytes: bytes + rest } : {}) },
    seconds: Object.fromEntries(
      builds.filter((build) => build.began >= began).map(({ stage, seconds }) => [stage, rounded(seconds)]),
    ),
    images: Object.fromEntries(
      Object.entries(images).map(([name, { image, below, cache }]) => [
        name,
        { layers: ownLayers(image, below).map(({ size }) => size), rest: image.rest + cache },
      ]),
    ),
    interruptions: Object.fromEntries(gapsIn(events).map(({ role, length }) => [role, Math.round(length)])),
    timeline: timelineOf({ began, now, builds, events }),
  };
}

interface Read {
  readonly image: StoredImage;
  readonly below: readonly StoredImage[];
  /** Bytes of the cache export without its layers, which are the image's. */
  readonly cache: number;
}

async function readImages(
  built: Plan["images"],
  { refs, cache, sources }: MeasureArgs,
): Promise<Readonly<Record<string, Read>>> {
  const found = new Map<string, Promise<StoredImage | undefined>>();
  const read = (ref: string | undefined): Promise<StoredImage | undefined> => {
    const known = found.get(ref ?? "") ?? imageAt(ref, sources);
    found.set(ref ?? "", known);
    return known;
  };
  const entries = await Promise.all(
    built.map(async ({ name, parents }): Promise<readonly [string, Read][]> => {
      const [image, exported, ...below] = await Promise.all([
        read(refs[name]),
        sources.image(cache(name)),
        ...parents.map((parent) => read(refs[parent])),
      ]);
      if (image === undefined) return [];
      return [[name, { image, below: below.filter((one) => one !== undefined), cache: exported?.rest ?? 0 }]];
    }),
  );
  return Object.fromEntries(entries.flat());
}

async function imageAt(ref: string | undefined, sources: ForecastSources): Promise<StoredImage | undefined> {
  return ref === undefined ? undefined : sources.image(ref);
}

/** Hundredths of a second say enough. */
function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

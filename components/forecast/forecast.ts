import { given } from "../lib/given.ts";
import type { ImageRecord, LastUp } from "../plan/last-up.ts";
import type { Forecast, ImageForecast, Plan, PlannedImage } from "../plan/plan.ts";

/** The history from which a forecast is made. */
export interface History {
  /** Seconds of the last builds of each stage on the builder, the newest first. */
  readonly seconds: Readonly<Record<string, readonly number[]>>;
  /** Cost of each image when it was last built, by name. */
  readonly images: Readonly<Record<string, ImageRecord>>;
  /** Unpacked bytes for each compressed byte of the images that containers run; undefined if it is not known. */
  readonly unpackedShare: number | undefined;
  readonly rest: LastUp["rest"];
  readonly past: LastUp["past"];
}

/** The history of a stack before its first `up`. */
export const NO_HISTORY: History = {
  seconds: {},
  images: {},
  unpackedShare: undefined,
  rest: { build: [], deploy: [] },
  past: undefined,
};

/** Returns a plan with its cost, as far as there is history. Nothing is guessed: what has no history is named. */
export function withForecast(plan: Omit<Plan, "forecast">, history: History): Plan {
  const images = plan.images.map((image) =>
    image.action === "build" ? { ...image, forecast: forecastImage(image, history) } : image,
  );
  const built = images.filter(({ action }) => action === "build");
  const rest = median(built.length > 0 ? history.rest.build : history.rest.deploy);
  const unknown = built.flatMap((image) => {
    if (image.forecast?.seconds === undefined) return [image.name];
    return addsPackage(image) ? [`the size of ${image.name}`] : [];
  });
  const isDone = built.length === 0 && plan.containers.every(({ action }) => action === "untouched");
  const seconds = rest === undefined ? undefined : rest + criticalPath(images);
  const sizes = built.flatMap(({ forecast }) => forecast?.bytes ?? []);
  const bytes = sizes.length === 0 ? undefined : sum(sizes);
  const { unpackedShare: share, past } = history;
  const forecast: Forecast = isDone
    ? { unknown: [] }
    : {
        ...given({ seconds, bytes }),
        // Once in the registry, once as it came in the engine, and once unpacked.
        ...(bytes === undefined || share === undefined ? {} : { disk: Math.round(bytes * (2 + share)) }),
        unknown: rest === undefined ? [...unknown, "the containers' replacement"] : unknown,
        ...given({ past }),
      };
  return { ...plan, images, forecast };
}

function forecastImage(image: PlannedImage, { seconds: builds, images }: History): ImageForecast {
  const record = images[image.name];
  const seconds = median(builds[image.name] ?? record?.seconds ?? []);
  const hasSize = record !== undefined && !addsPackage(image);
  return given({ seconds, bytes: hasSize ? bytesOf(image, record) : undefined });
}

/** True if a package is new in an image. Nothing has its size before it is installed. */
function addsPackage({ reasons }: PlannedImage): boolean {
  return reasons.some(
    (reason) =>
      (reason.kind === "package" && reason.from === undefined) ||
      (reason.kind === "Debian package" && reason.change === "added"),
  );
}

/**
 * Returns the bytes that a build pushes. A package is in the last layer of a stage. The layer of a service's files is
 * the same as before if the files are, so it is in the registry already.
 */
function bytesOf({ reasons }: PlannedImage, { layers, rest }: ImageRecord): number {
  const own = reasons.filter(({ kind }) => kind !== "parent");
  const hasParent = own.length < reasons.length;
  const isOf = (...kinds: readonly string[]): boolean => own.every(({ kind }) => kinds.includes(kind));
  if (own.length === 0) return rest + (layers.length === 1 && hasParent ? 0 : sum(layers));
  if (!hasParent && isOf("package", "lock file", "CUDA")) return rest + (layers.at(-1) ?? 0);
  // A label is in the image's configuration alone.
  if (!hasParent && isOf("argument")) return rest;
  return rest + sum(layers);
}

/** Returns the seconds of the longest chain of builds that wait for one another. */
export function criticalPath(images: readonly Pick<PlannedImage, "name" | "parents" | "forecast">[]): number {
  const ends = new Map<string, number>();
  for (const { name, parents, forecast } of images) {
    const begin = Math.max(0, ...parents.map((parent) => ends.get(parent) ?? 0));
    ends.set(name, begin + (forecast?.seconds ?? 0));
  }
  return Math.max(0, ...ends.values());
}

/** Returns the middle of some numbers, the smaller one of two; undefined if there are none. */
export function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import type { Engine } from "./engine.ts";
import type { ImageSize } from "./images.ts";
import { field, stringOr } from "../lib/json.ts";
import { isPinned } from "../lib/image-reference.ts";

/** Sizes of images, by reference with digest. */
export type KnownSizes = ReadonlyMap<string, ImageSize>;

/**
 * The sizes of images in a stack's outputs, whatever program wrote the outputs. A size of zeros is left out: the
 * engine did not have that image then.
 */
export function parseSizes(outputs: unknown): KnownSizes {
  const images = field(outputs, "images");
  return new Map(
    Object.values(typeof images === "object" && images !== null ? images : {}).flatMap(
      (image): [string, ImageSize][] => {
        const [ref, size] = [stringOr(field(image, "ref"), ""), field(image, "size")];
        const [compressed, unpacked] = [field(size, "compressed"), field(size, "unpacked")];
        return isPinned(ref) && isSize(compressed) && isSize(unpacked) ? [[ref, { compressed, unpacked }]] : [];
      },
    ),
  );
}

/** Wraps an engine with sizes that are known: a digest never changes its content, and each lookup costs time. */
export function withKnownSizes(engine: Engine, sizes: KnownSizes): Engine {
  return { ...engine, imageSize: async (ref) => sizes.get(ref) ?? (await engine.imageSize(ref)) };
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

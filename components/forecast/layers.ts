import { field, list, stringOr } from "../lib/json.ts";

/** A blob in a registry. */
export interface Blob {
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** An image in a registry. */
export interface StoredImage {
  /** Its layers, the lowest first. */
  readonly layers: readonly Blob[];
  /** Bytes of its configuration and its manifest. */
  readonly rest: number;
}

/** Parses the manifest of an image, or of a cache export; undefined if the text is none. */
export function parseStoredImage(text: string): StoredImage | undefined {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return undefined;
  }
  const found = list(field(manifest, "layers")).map(parseBlob);
  const layers = found.filter((blob) => blob !== undefined);
  const config = parseBlob(field(manifest, "config"));
  if (config === undefined || layers.length !== found.length) return undefined;
  return { layers, rest: config.size + Buffer.byteLength(text) };
}

function parseBlob(value: unknown): Blob | undefined {
  const [digest, size] = [stringOr(field(value, "digest"), ""), field(value, "size")];
  return digest === "" || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0
    ? undefined
    : { digest, size };
}

/** Returns the layers that an image adds to the images below it. */
export function ownLayers(image: StoredImage, below: readonly StoredImage[]): readonly Blob[] {
  const others = new Set(below.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
  return image.layers.filter(({ digest }) => !others.has(digest));
}

/** Returns the bytes of all layers that images have and others have not, each layer once. */
export function newBytes(images: readonly StoredImage[], before: readonly StoredImage[]): number {
  const known = new Set(before.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
  const added = new Map(images.flatMap(({ layers }) => layers.map(({ digest, size }) => [digest, size] as const)));
  return [...added].reduce((sum, [digest, size]) => (known.has(digest) ? sum : sum + size), 0);
}

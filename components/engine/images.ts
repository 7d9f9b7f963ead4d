import type { EngineApi } from "./api.ts";
import { digestOf, fromShownName, shownName } from "../lib/image-reference.ts";
import { field, list, stringOr } from "../lib/json.ts";

/** Size of an image in bytes. */
export interface ImageSize {
  /** Size in the registry. */
  readonly compressed: number;
  /** Size on the engine's disk, with the layers that it shares with other images. */
  readonly unpacked: number;
}

/** An image as the engine lists it. */
export interface ListedImage {
  /** Its own digest, and the digests that registries have it under. */
  readonly digests: readonly string[];
  /** "repository:tag", and "repository:tag@digest", which it keeps when the tag names another image. */
  readonly names: readonly string[];
}

/** Requests about images that the engine has. */
export interface ImageRequests {
  /** Images with a name that fits one of these patterns ("host/repository:core.*"); all images if there is no list. */
  images(references: readonly string[] | undefined): Promise<readonly ListedImage[]>;
  /** True if the engine has an image of this name. */
  hasImage(reference: string): Promise<boolean>;
  /** Digest of an image; undefined if the engine does not have it. */
  imageId(reference: string): Promise<string | undefined>;
  /** Size of an image; zeros if the engine does not have it. */
  imageSize(reference: string): Promise<ImageSize>;
}

/** The images of the engine behind an API. */
export function imageRequests(api: EngineApi): ImageRequests {
  return {
    async images(references) {
      const filters = JSON.stringify({ reference: references?.map(shownName) });
      return list(await api.get(`/images/json?filters=${encodeURIComponent(filters)}`)).map(listed);
    },
    async hasImage(reference) {
      return (await api.get(`/images/${encodeURIComponent(reference)}/json`)) !== undefined;
    },
    async imageId(reference) {
      const image = await api.get(`/images/${encodeURIComponent(reference)}/json`);
      return image === undefined ? undefined : stringOr(field(image, "Id"), "");
    },
    async imageSize(reference) {
      const image = await api.get(`/images/${encodeURIComponent(reference)}/json?manifests=true`);
      const manifests = list(field(image, "Manifests"));
      return {
        compressed: sum(manifests.map((manifest) => field(field(manifest, "Size"), "Content"))),
        unpacked: sum(manifests.map((manifest) => field(field(field(manifest, "ImageData"), "Size"), "Unpacked"))),
      };
    },
  };
}

function listed(image: unknown): ListedImage {
  const digests = list(field(image, "RepoDigests")).flatMap((ref) => digestOf(stringOr(ref, "")) ?? []);
  return {
    digests: [stringOr(field(image, "Id"), ""), ...digests],
    names: list(field(image, "RepoTags")).map((name) => fromShownName(stringOr(name, ""))),
  };
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + (typeof value === "number" ? value : 0), 0);
}

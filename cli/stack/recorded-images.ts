import type { Resource } from "./checkpoint.ts";

/** An image that a resource has made. */
export interface RecordedImage {
  readonly urn: string;
  /** Name under which it was stored: "host/repository:tag", or "morgan.invalid/registry:tag" in the engine alone. */
  readonly tag: string;
  /** Its digest; empty if the state does not have it. */
  readonly digest: string;
  /** True if it was copied from another stack's registry: no provider checks it in a refresh. */
  readonly copied: boolean;
}

/**
 * The images that a resource made. A stage has one image. A bootstrap script prints the digest of the image that it
 * pushed. The copy of a release prints a line for each image. A command that names an image by its digest uses it.
 */
export function imagesOf({ type, urn, inputs, outputs, delete: replaced }: Resource): RecordedImage[] {
  if (replaced === true) return [];
  const { MORGAN_IMAGE, MORGAN_COPIES } = inputs?.environment ?? {};
  if (MORGAN_COPIES !== undefined) {
    return MORGAN_COPIES.split("\n").map((line) => {
      const [, tag = "", digest = ""] = line.split(" ");
      return { urn, tag, digest, copied: true };
    });
  }
  const tag = type === "docker-build:index:Image" ? inputs?.tags?.[0] : MORGAN_IMAGE;
  return tag === undefined || tag.includes("@")
    ? []
    : [{ urn, tag, digest: outputs?.digest ?? outputs?.stdout ?? "", copied: false }];
}

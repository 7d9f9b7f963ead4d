import { isPinned } from "../lib/image-reference.ts";
import type { Machine } from "./machine.ts";
import type { ConfigReader } from "./reader.ts";

/** The upstream images that a stack is built on. */
export type UpstreamImage = "debian" | "registry" | "redis" | "postgres";

/** Debian's packages: mmdebstrap makes a root file system, and the other images install packages on it. */
export interface DebianPackages {
  readonly kind: "debian";
  /** Name of a state of Debian's packages, as a date. Another name makes a new root file system. */
  readonly revision: string;
  /** URL of an apt mirror; empty for mmdebstrap's default. */
  readonly mirror: string;
  /** Folder in which root file systems are kept between runs. */
  readonly cache: string;
}

/** An image registry: upstream images, each pinned by digest. */
export interface UpstreamImages {
  readonly kind: "registry";
  readonly images: Readonly<Record<UpstreamImage, string>>;
}

/** The source of the first images. */
export type BaseImages = DebianPackages | UpstreamImages;

/**
 * Pinned upstream images, which "registry" uses unless the configuration names others. They have no host, so that they
 * come from the engine's default registry or from its mirror.
 */
export const UPSTREAM_IMAGES: Readonly<Record<UpstreamImage, string>> = {
  debian: "debian@sha256:88200866dfff7ea7f5cbcb6ec7c8a701889efe6fe859fe64d6990e4b07ea4171",
  registry: "registry@sha256:a3d8aaa63ed8681a604f1dea0aa03f100d5895b6a58ace528858a7b332415373",
  redis: "redis@sha256:71da9275c5f3fcb97d0fa0c8c5b36cc995327265420f17a04bfd544f458059f7",
  postgres: "postgres@sha256:9b1d34adbce1dd07ee6e94b4a2cf698884b89bd44a6c9c12f5da8f3acbfe4957",
};

/** Reads the source of the first images: the configured one, or else the one that set-up found. */
export function readBaseImages(
  { text, choice, entries, wrong }: ConfigReader,
  aptMirror: string,
  machine: Machine,
): BaseImages {
  const kind = choice("baseImages", ["", "debian", "registry"], "") || machine.baseImages;
  const debian = { revision: text("baseRevision"), mirror: aptMirror, cache: machine.cache };
  const known = Object.keys(UPSTREAM_IMAGES);
  const given = entries("upstreamImages", "images by name").filter(([key, image]) => {
    const isKnown = known.includes(key);
    const isImage = typeof image === "string" && isPinned(image);
    if (!isKnown) wrong("upstreamImages", `keys out of ${known.join(", ")}`, `"${key}"`);
    else if (!isImage) wrong(`upstreamImages.${key}`, "repository@sha256:…", JSON.stringify(image));
    return isKnown && isImage;
  });
  return kind === "debian"
    ? { kind, ...debian }
    : { kind, images: { ...UPSTREAM_IMAGES, ...Object.fromEntries(given) } };
}

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

/** The sources that a stack can have, and the one that it has. */
export interface BaseImagesChoice {
  /** The configured source, or else the one that set-up found on this machine. */
  readonly base: BaseImages;
  /** The sources by kind, from which a stack keeps the one that it has recorded; absent if one is configured. */
  readonly baseByKind?: Readonly<Record<BaseImages["kind"], BaseImages>>;
}

/** Reads the source of the first images. */
export function readBaseImages(
  { text, choice, entries, wrong, unused }: ConfigReader,
  aptMirror: string,
  machine: Pick<Machine, "baseImages">,
): BaseImagesChoice {
  const configured = choice("baseImages", ["", "debian", "registry"], "");
  const known = Object.keys(UPSTREAM_IMAGES);
  const given = entries("upstreamImages", "images by name").filter(([key, image]) => {
    const isKnown = known.includes(key);
    const isImage = typeof image === "string" && isPinned(image);
    if (!isKnown) wrong("upstreamImages", `keys out of ${known.join(", ")}`, `"${key}"`);
    else if (!isImage) wrong(`upstreamImages.${key}`, "repository@sha256:…", JSON.stringify(image));
    return isKnown && isImage;
  });
  if (configured === "debian" && given.length > 0) unused("upstreamImages", 'morgan:baseImages is "debian"');
  const baseByKind = {
    debian: { kind: "debian", revision: text("baseRevision"), mirror: aptMirror },
    registry: { kind: "registry", images: { ...UPSTREAM_IMAGES, ...Object.fromEntries(given) } },
  } as const;
  return configured === "" ? { base: baseByKind[machine.baseImages], baseByKind } : { base: baseByKind[configured] };
}

/** Returns the choice of a stack that has recorded the kind of its source. Undefined stands for no record. */
export function keepRecorded<T extends BaseImagesChoice>(choice: T, recorded: BaseImages["kind"] | undefined): T {
  const base = recorded === undefined ? undefined : choice.baseByKind?.[recorded];
  return base === undefined ? choice : { ...choice, base };
}

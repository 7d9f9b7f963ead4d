import { digestOf } from "../lib/image-reference.ts";
import type { StackManifest } from "../plan/manifest.ts";
import { rebuiltBy, rootsOf } from "./rebuilds.ts";

/** Releases upstream that are newer than those that a stack has. */
export interface Outdated {
  /** Version of this form. Programs refuse a version that they do not know. */
  readonly version: 1;
  readonly stack: string;
  /** Base images whose tag names another digest now. */
  readonly baseImages: readonly Moved[];
  /** Debian packages in the images of the last `up` that have a newer release. */
  readonly debian: readonly Moved[];
  /** Python packages in the lock files that have a newer release in the configured index. */
  readonly python: readonly Moved[];
  /** Sources that gave no answer, so that what has moved there is not known. */
  readonly unanswered: readonly Unanswered[];
}

/** Something that has a newer release. */
export interface Moved {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Its places: names of images, or paths of lock files. */
  readonly places: readonly string[];
  /** Images that are built again if it is taken, in the order of the image graph. */
  readonly rebuilds: readonly string[];
}

/** A source without an answer. */
export interface Unanswered {
  readonly source: string;
  readonly reason: string;
}

type Stages = StackManifest["stages"];

/** A newer release of a Debian package that is installed in an image. */
export interface Upgrade {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Returns the newer Debian packages of some images, by name of the image. */
export function movedDebian(upgrades: Readonly<Record<string, readonly Upgrade[]>>, stages: Stages): Moved[] {
  const all = Object.entries(upgrades).flatMap(([image, own]) => own.map((upgrade) => ({ image, upgrade })));
  const groups = Map.groupBy(all, ({ upgrade: { name, from, to } }) => JSON.stringify([name, from, to]));
  return [...groups.values()]
    .flatMap((found): Moved[] => {
      const [first] = found;
      if (first === undefined) return [];
      const places = [...new Set(found.map(({ image }) => image))].sort();
      // A stage installs packages by name. So a newer one comes with the root of its images.
      return [
        {
          ...first.upgrade,
          places,
          rebuilds: rebuiltBy(
            places.flatMap((name) => rootsOf(name, stages)),
            stages,
          ),
        },
      ];
    })
    .toSorted(byName);
}

/** A Python package in the lock files. */
export interface Locked {
  readonly name: string;
  readonly version: string;
  readonly lockFiles: readonly string[];
  /** Images that install it from these lock files. */
  readonly images: readonly string[];
}

/** Returns the Python packages that the stages install, each version once. */
export function lockedPackages(stages: Stages): Locked[] {
  const all = Object.entries(stages).flatMap(([image, { packages, lockFile = "" }]) =>
    Object.entries(packages).map(([name, version]) => ({ name, version, image, lockFile })),
  );
  return [...Map.groupBy(all, ({ name, version }) => JSON.stringify([name, version])).values()].flatMap((found) => {
    const [first] = found;
    if (first === undefined) return [];
    const lockFiles = [...new Set(found.map(({ lockFile }) => lockFile))].sort();
    return [{ name: first.name, version: first.version, lockFiles, images: found.map(({ image }) => image) }];
  });
}

/** Returns the Python packages with a newer release, by the newest releases of an index. */
export function movedPython(
  locked: readonly Locked[],
  newest: Readonly<Record<string, string>>,
  stages: Stages,
): Moved[] {
  return locked
    .flatMap(({ name, version, lockFiles, images }): Moved[] => {
      const to = Object.hasOwn(newest, name) ? newest[name] : undefined;
      if (to === undefined || publicVersion(to) === publicVersion(version)) return [];
      return [{ name, from: version, to, places: lockFiles, rebuilds: rebuiltBy(images, stages) }];
    })
    .toSorted(byName);
}

/** Returns a version without its local part, which names a build of the same release: "2.8.0+cu128" is 2.8.0. */
export function publicVersion(version: string): string {
  return version.replace(/\+.*$/, "");
}

/** A pinned upstream image with the tag whose digest it had. */
export interface TaggedImage {
  /** "debian:bookworm-slim". */
  readonly tag: string;
  /** "debian@sha256:…". */
  readonly ref: string;
}

/** Returns a base image if its tag names another digest now. */
export function movedImage({ tag, ref }: TaggedImage, digest: string, stages: Stages): Moved[] {
  const from = digestOf(ref) ?? "";
  if (from === digest) return [];
  const places = Object.keys(stages).filter((name) => digestOf(stages[name]?.arguments["image"] ?? "") === from);
  return [{ name: tag, from, to: digest, places, rebuilds: rebuiltBy(places, stages) }];
}

function byName(a: Moved, b: Moved): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

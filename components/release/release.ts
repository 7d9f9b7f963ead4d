import { createHash } from "node:crypto";
import { mapValues } from "../lib/map-values.ts";
import { digestOf, withoutTag } from "../lib/image-reference.ts";
import type { StackService } from "../catalog/select.ts";
import type { Accelerator } from "../catalog/service.ts";

/** A service's image in a release. */
export interface ReleasedService {
  /** Repository with tag and digest. */
  readonly ref: string;
  /** Digest of the source code in it, 12 digits. */
  readonly source: string;
  /** Digest of the lock file of its requirements, 12 digits. */
  readonly lock: string;
  /** Health of its container, as the engine reported it at the last `up` that ran it. */
  readonly health: string;
}

/** The set of images that a deployment runs. */
export interface Release {
  /** A hash of the digests: equal images are the same release on every stack. */
  readonly id: string;
  readonly accelerator: Accelerator;
  /** Git revision from which it was built, with "+" if files differed from it; empty outside of a checkout. */
  readonly revision: string;
  /** Repository of its own images: "host/project/images". Any other image is public and pinned by digest. */
  readonly repository: string;
  /** Stack from which it was promoted; absent if this stack built it. */
  readonly from?: Origin;
  readonly services: Readonly<Record<string, ReleasedService>>;
  /** Refs of Debian, the gateway and the backing services, by name. */
  readonly backing: Readonly<Record<string, string>>;
}

/** The stack from which a release was promoted. */
export interface Origin {
  /** "organization/project/stack". */
  readonly stack: string;
  /** Repository of the images there. */
  readonly repository: string;
}

/** The releases of a stack, as its outputs list them. */
export interface History {
  /** Id of the running release; empty if none runs. */
  readonly running: string;
  /** Newest first. */
  readonly releases: readonly Release[];
}

/** The stack from which a release is promoted, with the history that was read. */
export interface PromotionSource {
  /** Its name in the configuration. */
  readonly name: string;
  /** "organization/project/stack". */
  readonly stack: string;
  /** Its history, or the reason why the history could not be read. */
  readonly read: History | { readonly failure: string };
}

/** Inputs of the choice of a release. */
export interface ReleasePlanArgs {
  readonly stack: string;
  readonly accelerator: Accelerator;
  readonly services: readonly Pick<StackService, "name" | "backing">[];
  /** Repository of the stack's images: "host/project/images". */
  readonly repository: string;
  /** Id of the release to run; empty for the newest. */
  readonly release: string;
  /** Git revision of the checkout; empty outside of a checkout. */
  readonly revision: string;
  /** True if the release may be of sources that no commit has. */
  readonly promoteUncommitted: boolean;
  /** Releases of the stack itself. */
  readonly history: History;
  /** The stack from which to promote; undefined for a stack that builds. */
  readonly source: PromotionSource | undefined;
}

/** Number of releases that a stack keeps for a rollback, the running release included. */
export const KEPT = 5;

/** Returns the id of a set of images, by name. The "r" in front keeps YAML from reading an id as a number. */
export function releaseId(refs: Readonly<Record<string, string>>): string {
  const digests = Object.entries(refs)
    .map(([name, ref]) => `${name} ${digestOf(ref) ?? ref}\n`)
    .sort();
  return `r${createHash("sha256").update(digests.join("")).digest("hex").slice(0, 8)}`;
}

/** Returns the refs of all images of a release, by name. */
export function imagesOf({ services, backing }: Pick<Release, "services" | "backing">): Record<string, string> {
  return { ...backing, ...mapValues(services, ({ ref }) => ref) };
}

/**
 * Returns the releases of a stack after an `up` that ran `release`. A known release keeps the revision of its first
 * build, so that an `up` without changes changes no output. If that build had files of no commit, and a commit has them
 * now, the release gets its revision. A rollback leaves the order of the list as it is.
 */
export function recordRelease(
  releases: readonly Release[],
  release: Release,
  place: "newest" | "unchanged",
): readonly Release[] {
  const known = releases.find(({ id }) => id === release.id);
  const current =
    known === undefined ? release : { ...release, revision: firstCommit(known.revision, release.revision) };
  if (place === "unchanged" && known !== undefined) {
    return releases.map((kept) => (kept === known ? current : kept));
  }
  return [current, ...releases.filter((kept) => kept !== known)].slice(0, KEPT);
}

function firstCommit(known: string, now: string): string {
  return isUncommitted(known) && now !== "" && !isUncommitted(now) ? now : known;
}

/** The revision of a checkout that git cannot read. It counts as one of files that differ from their commit. */
export const UNKNOWN_REVISION = "unknown+";

/** True if a revision is of files that differ from its commit. */
export function isUncommitted(revision: string): boolean {
  return revision.endsWith("+");
}

/** Returns a release as another stack runs it: its own images get that stack's repository and tags. */
export function relocate(release: Release, from: Origin, to: { repository: string; stack: string }): Release {
  const moved = (name: string, ref: string): string =>
    isOwn(release, ref) ? `${to.repository}:${name}.${to.stack}@${digestOf(ref) ?? ""}` : ref;
  return {
    ...release,
    repository: to.repository,
    from,
    services: Object.fromEntries(
      Object.entries(release.services).map(([name, service]) => [
        name,
        { ...service, ref: moved(name, service.ref), health: "not run" },
      ]),
    ),
    backing: Object.fromEntries(Object.entries(release.backing).map(([name, ref]) => [name, moved(name, ref)])),
  };
}

/** True if an image of a release is the stack's own, and not a public one. */
export function isOwn({ repository }: Release, ref: string): boolean {
  return withoutTag(ref).split("@")[0] === repository;
}

import { createHash } from "node:crypto";
import { mapValues } from "../lib/map-values.ts";
import { digestOf, withoutTag } from "../lib/image-reference.ts";
import type { StackService } from "../catalog/select.ts";
import type { Accelerator } from "../catalog/service.ts";

/** A service's image in a release. */
export interface ReleasedService {
  /** Repository with tag and digest. */
  readonly ref: string;
  /** Digest of the source code that is in it, 12 digits. */
  readonly source: string;
  /** Digest of the lock file that its requirements are installed from, 12 digits. */
  readonly lock: string;
  /** What the engine said of its container's health at the last up that ran it. */
  readonly health: string;
}

/** The set of images that a deployment runs. */
export interface Release {
  /** Names the digests: the same ones are the same release, on whichever stack. */
  readonly id: string;
  readonly accelerator: Accelerator;
  /** Git revision of the checkout that it was built from, "+" where files were changed; empty where there is none. */
  readonly revision: string;
  /** Where its own images lie: "host/project/images". What lies elsewhere is a public image, pinned by digest. */
  readonly repository: string;
  /** Where it was promoted from; absent where the stack built it. */
  readonly from?: Origin;
  readonly services: Readonly<Record<string, ReleasedService>>;
  /** Debian, the gateway and the backing services, by name: reference with digest. */
  readonly backing: Readonly<Record<string, string>>;
}

/** The stack that a release was promoted from. */
export interface Origin {
  /** "organization/project/stack". */
  readonly stack: string;
  /** Where its images lay there. */
  readonly repository: string;
}

/** What a stack has run, and what it runs, as its outputs say. */
export interface History {
  /** Id of the release that runs; empty where none does. */
  readonly running: string;
  /** Newest first. */
  readonly releases: readonly Release[];
}

/** The stack that is promoted from, as it was read. */
export interface Source {
  /** As the configuration names it. */
  readonly name: string;
  /** "organization/project/stack". */
  readonly stack: string;
  /** What was read of it; the reason where nothing could be. */
  readonly read: History | { readonly failure: string };
}

/** What decides which release a stack runs. */
export interface ReleasePlanArgs {
  readonly stack: string;
  readonly accelerator: Accelerator;
  readonly services: readonly Pick<StackService, "name" | "backing">[];
  /** Where the stack's images lie: "host/project/images". */
  readonly repository: string;
  /** Id of the release to run; empty for the newest. */
  readonly release: string;
  readonly revision: string;
  /** What the stack itself has run. */
  readonly history: History;
  /** The stack to promote from; undefined for one that builds. */
  readonly source: Source | undefined;
}

/** Releases that a stack can go back to, the one that runs included. */
export const KEPT = 5;

/** The id of a set of images, by their names: letters and digits, and no number in YAML. */
export function releaseId(refs: Readonly<Record<string, string>>): string {
  const digests = Object.entries(refs)
    .map(([name, ref]) => `${name} ${digestOf(ref) ?? ref}\n`)
    .sort();
  return `r${createHash("sha256").update(digests.join("")).digest("hex").slice(0, 8)}`;
}

/** Every image of a release by its name. */
export function imagesOf({ services, backing }: Pick<Release, "services" | "backing">): Record<string, string> {
  return { ...backing, ...mapValues(services, ({ ref }) => ref) };
}

/**
 * The releases of a stack after an up that ran `release`. One that is known keeps the revision that it was first built from,
 * so that an up which changes nothing changes no output; going back to one leaves it where it is in the list.
 */
export function recordRelease(
  releases: readonly Release[],
  release: Release,
  place: "newest" | "where it is",
): readonly Release[] {
  const known = releases.find(({ id }) => id === release.id);
  const current = known === undefined ? release : { ...release, revision: known.revision };
  if (place === "where it is" && known !== undefined) {
    return releases.map((kept) => (kept === known ? current : kept));
  }
  return [current, ...releases.filter((kept) => kept !== known)].slice(0, KEPT);
}

/** The release as another stack runs it: its own images from that stack's repository, with that stack's tags. */
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

/** Whether an image of a release is the stack's own, and no public one. */
export function isOwn({ repository }: Release, ref: string): boolean {
  return withoutTag(ref).split("@")[0] === repository;
}

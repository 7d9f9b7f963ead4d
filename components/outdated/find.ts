import { messageOf } from "../lib/errors.ts";
import { isPinned } from "../lib/image-reference.ts";
import type { StackManifest } from "../plan/manifest.ts";
import {
  lockedPackages,
  movedDebian,
  movedImage,
  movedPython,
  publicVersion,
  type Outdated,
  type Unanswered,
  type Upgrade,
} from "./outdated.ts";
import type { Newest } from "./sources.ts";

/** Inputs of a search for what has moved upstream. */
export interface FindArgs {
  readonly stack: string;
  /** Contents of the images, in the order of the image graph. */
  readonly stages: StackManifest["stages"];
  /** Refs of the images that containers of the last `up` run, by name. */
  readonly refs: Readonly<Record<string, string>>;
  /** Pinned upstream images, by name. */
  readonly upstream: Readonly<Record<string, string>>;
  readonly python: (versions: Readonly<Record<string, string>>) => Promise<Newest>;
  readonly debian: (
    refs: Readonly<Record<string, string>>,
  ) => Promise<Readonly<Record<string, readonly Upgrade[] | undefined>>>;
  /** Returns the digest that a tag names now; undefined if its registry has no such tag. */
  readonly digest: (tag: string) => Promise<string | undefined>;
}

type Found = Omit<Outdated, "version" | "stack">;
const NOTHING: Found = { baseImages: [], debian: [], python: [], unanswered: [] };

/** Searches all sources at once. A source that gives no answer is named, and the others count all the same. */
export async function findOutdated(args: FindArgs): Promise<Outdated> {
  const parts = await Promise.all([...findImages(args), findDebian(args), findPython(args)]);
  return {
    version: 1,
    stack: args.stack,
    baseImages: parts.flatMap(({ baseImages }) => baseImages),
    debian: parts.flatMap(({ debian }) => debian),
    python: parts.flatMap(({ python }) => python),
    unanswered: parts.flatMap(({ unanswered }) => unanswered),
  };
}

function findImages({ stages, upstream, digest }: FindArgs): Promise<Found>[] {
  return Object.entries(upstream).map(async ([name, ref]) => {
    const [tag = ""] = ref.split("@");
    const source = `base image ${name}`;
    if (!/:[^/]+$/.test(tag)) {
      const reason = `it is pinned without a tag: set morgan:upstreamImages.${name} to repository:tag@sha256:…`;
      return none(source, reason);
    }
    return answer(source, async () => {
      const now = await digest(tag);
      if (now === undefined) throw new Error(`its registry has no ${tag}`);
      return { ...NOTHING, baseImages: movedImage({ tag, ref }, now, stages) };
    });
  });
}

function findDebian({ stages, refs, debian }: FindArgs): Promise<Found> {
  const pinned = Object.fromEntries(Object.entries(refs).filter(([, ref]) => isPinned(ref)));
  if (Object.keys(pinned).length === 0)
    return Promise.resolve(none("Debian packages", "the stack records no images: an up records them"));
  return answer("Debian packages", async () => {
    const found = await debian(pinned);
    const without = Object.keys(found).filter((name) => found[name] === undefined);
    const upgrades = Object.fromEntries(Object.entries(found).map(([name, own = []]) => [name, own]));
    const unanswered = without.map((name) => ({
      source: `Debian packages of ${name}`,
      reason: "its image has no apt",
    }));
    return { ...NOTHING, debian: movedDebian(upgrades, stages), unanswered };
  });
}

function findPython({ stages, python }: FindArgs): Promise<Found> {
  const locked = lockedPackages(stages);
  return answer("Python packages", async () => {
    const versions = Object.fromEntries(locked.map(({ name, version }) => [name, publicVersion(version)]));
    const { found, missing } = await python(versions);
    const unanswered = Object.entries(missing).map(([name, reason]): Unanswered => ({
      source: `Python package ${name}`,
      reason,
    }));
    return { ...NOTHING, python: movedPython(locked, found, stages), unanswered };
  });
}

function none(source: string, reason: string): Found {
  return { ...NOTHING, unanswered: [{ source, reason }] };
}

async function answer(source: string, find: () => Promise<Found>): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    return none(source, messageOf(error));
  }
}

import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import type { ListedImage } from "../../components/engine/images.ts";
import { foreignThings } from "../../components/engine/ownership.ts";
import { digestOf } from "../../components/lib/image-reference.ts";
import { parseHistory } from "../../components/release/history.ts";
import { imagesOf, type History, type Release } from "../../components/release/release.ts";
import type { Outputs } from "./outputs.ts";
import type { RecordedImage } from "./recorded-images.ts";

/** The stack whose images may be removed, and the images that it needs. */
export interface PruneArgs {
  readonly stack: string;
  /** Repository of the stack's images: "host/project/images". */
  readonly repository: string;
  /** Digests of images that are needed. */
  readonly keep: ReadonlySet<string>;
  /** True if the stack builds again: the next build begins with the image that the tag of a stage names. */
  readonly keepsBuilding: boolean;
}

/**
 * Names of the stages whose running or kept images this `up` changed. `before` holds the stack's outputs from before
 * it. Empty if nothing changed; undefined if those outputs name no release.
 */
export function changedStages(
  before: unknown,
  { release, releases }: Pick<Outputs, "release" | "releases">,
): string[] | undefined {
  const found = parseHistory(before);
  if (found.running === "") return undefined;
  const [old, now] = [digestsByStage(found), digestsByStage({ running: release, releases })];
  return [...new Set([...old.keys(), ...now.keys()])].filter((stage) => old.get(stage) !== now.get(stage)).sort();
}

/** The running and the kept images of each stage, as a text that is equal for equal images. */
function digestsByStage({ running, releases }: History): ReadonlyMap<string, string> {
  const stages = new Set(releases.flatMap((release) => Object.keys(imagesOf(release))));
  const digestsOf = (stage: string, some: readonly Release[]): string =>
    [...new Set(some.flatMap((release) => digestOf(imagesOf(release)[stage] ?? "") ?? []))].sort().join();
  const current = releases.filter(({ id }) => id === running);
  return new Map([...stages].map((stage) => [stage, `${digestsOf(stage, current)} of ${digestsOf(stage, releases)}`]));
}

/**
 * Removes the images of a stack from the engine that neither a kept release nor a container uses. Each build leaves an
 * image, and every image in the engine slows down the creation of a container. Nothing depends on the removal: an image
 * that cannot be removed stays until the next time.
 *
 * @param stages stages whose images are listed, because the engine needs time for each image; undefined for all.
 * @returns number of names that were removed.
 */
export function pruneImages(
  engine: Engine,
  stack: string,
  { registry, releases }: Pick<Outputs, "registry" | "releases">,
  stages: readonly string[] | undefined,
): Promise<number> {
  if (stages?.length === 0) return Promise.resolve(0);
  const kept = releases.flatMap((release) => Object.values(imagesOf(release)).flatMap((ref) => digestOf(ref) ?? []));
  return prune(engine, kept, { stack, repository: `${registry}/images`, keepsBuilding: true }, stages);
}

/** Removes all images of a stack that is gone; `made` are the images that its state had. */
export async function pruneAllImages(
  engine: Engine,
  identity: Identity,
  made: readonly RecordedImage[],
): Promise<void> {
  // Another state may have the same name. Its images have the same names.
  const others = await foreignThings(engine, identity).catch(() => undefined);
  if (others === undefined) return;
  const kept = others.containers.map(({ image }) => image);
  const { stack } = identity;
  const repositories = new Set(made.flatMap(({ tag }) => /^(.+\/images):/.exec(tag)?.[1] ?? []));
  for (const repository of repositories) await prune(engine, kept, { stack, repository, keepsBuilding: false });
}

async function prune(
  engine: Engine,
  kept: readonly string[],
  whose: Omit<PruneArgs, "keep">,
  stages?: readonly string[],
): Promise<number> {
  try {
    // The engine's filter hides the other names of an image, so it lists the names that all stacks have for a stage.
    const references = stages?.map((stage) => `${whose.repository}:${stage}.*`);
    const [images, containers] = await Promise.all([engine.images(references), engine.containers({})]);
    // An image that a container of another stack runs has a name of that stack too.
    const keep = new Set([...kept, ...(whose.keepsBuilding ? containers.map(({ image }) => image) : [])]);
    let removed = 0;
    for (const name of prunable(images, { ...whose, keep })) {
      removed += await engine.remove("image", name).then(
        () => 1,
        () => 0,
      );
    }
    return removed;
  } catch {
    return 0;
  }
}

/** Names of the images that a stack no longer needs. */
export function prunable(
  images: readonly ListedImage[],
  { stack, repository, keep, keepsBuilding }: PruneArgs,
): string[] {
  return images.flatMap(({ digests, names }) => {
    if (digests.some((digest) => keep.has(digest))) return [];
    const own = names.flatMap((name) => ownName(name, repository, stack) ?? []);
    if (keepsBuilding && own.some(({ isCurrent }) => isCurrent)) return [];
    const tags = own.filter(({ name }) => !name.includes("@"));
    // Docker 28 removes every name in the repository, also that of another stack, if the removed name has a digest.
    const inRepository = names.filter((name) => name.startsWith(`${repository}:`));
    const all = own.length === inRepository.length ? own : tags;
    return all.map(({ name }) => name);
  });
}

/**
 * A stack's name of an image: "core.dev", "core.dev@sha256:…", "core.prod-r0a1b2c3d"; undefined for another stack's.
 */
function ownName(name: string, repository: string, stack: string): { name: string; isCurrent: boolean } | undefined {
  const [tag = "", digest] = name.startsWith(`${repository}:`) ? name.slice(repository.length + 1).split("@") : [];
  const rest = tag.slice(tag.indexOf(".") + 1);
  if (rest === stack) return { name, isCurrent: digest === undefined };
  return rest.startsWith(`${stack}-`) && /^r[0-9a-f]{8}$/.test(rest.slice(stack.length + 1))
    ? { name, isCurrent: false }
    : undefined;
}

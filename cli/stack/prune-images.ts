import { engineApi, type EngineApi } from "../../components/engine/api.ts";
import { digestOf } from "../../components/lib/image-reference.ts";
import { parseHistory } from "../../components/release/history.ts";
import { imagesOf, type History, type Release } from "../../components/release/release.ts";
import type { Outputs } from "./outputs.ts";
import type { RecordedImage } from "./state.ts";

/** An image as the engine lists it. */
export interface ListedImage {
  /** What it is known by: its own digest, and those that registries have it under. */
  readonly digests: readonly string[];
  /** "repository:tag", and "repository:tag@digest", which it keeps when the tag has moved on. */
  readonly names: readonly string[];
}

/** Whose images may go, and which of them must not. */
export interface Forgettable {
  readonly stack: string;
  /** Where the stack's images lie: "host/project/images". */
  readonly repository: string;
  /** Digests of what is needed. */
  readonly keep: ReadonlySet<string>;
  /** Whether the stack builds again: what the tag of a stage names is what the next build begins with. */
  readonly goesOn: boolean;
}

/**
 * The stages of which other images are kept after an up than before it, whose outputs were `before`, or of which another
 * one runs: none where it changed nothing. Undefined where it is not known what was kept.
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

/** Which image of each stage runs and which are kept, as a text that is the same for the same ones. */
function digestsByStage({ running, releases }: History): ReadonlyMap<string, string> {
  const stages = new Set(releases.flatMap((release) => Object.keys(imagesOf(release))));
  const digestsOf = (stage: string, some: readonly Release[]): string =>
    [...new Set(some.flatMap((release) => digestOf(imagesOf(release)[stage] ?? "") ?? []))].sort().join();
  const current = releases.filter(({ id }) => id === running);
  return new Map([...stages].map((stage) => [stage, `${digestsOf(stage, current)} of ${digestsOf(stage, releases)}`]));
}

/**
 * Removes the images of a stack from the engine that neither a kept release nor a container uses: each build leaves one,
 * and the more there are the longer the engine takes for a container. Nothing depends on it: what fails is left for the
 * next time.
 *
 * @param stages those whose images are looked at, since the engine takes 9 ms for each that it lists; undefined for all.
 * @returns how many names were taken away.
 */
export function forgetImages(
  stack: string,
  { registry, releases }: Pick<Outputs, "registry" | "releases">,
  stages: readonly string[] | undefined,
): Promise<number> {
  if (stages?.length === 0) return Promise.resolve(0);
  const kept = releases.flatMap((release) => Object.values(imagesOf(release)).flatMap((ref) => digestOf(ref) ?? []));
  return forget(kept, { stack, repository: `${registry}/images`, goesOn: true }, stages);
}

/** The same for a stack that is gone, of which nothing is needed; `made` are the images that its state had. */
export async function forgetAllImages(stack: string, made: readonly RecordedImage[]): Promise<void> {
  const repositories = new Set(made.flatMap(({ tag }) => /^(.+\/images):/.exec(tag)?.[1] ?? []));
  for (const repository of repositories) await forget([], { stack, repository, goesOn: false });
}

async function forget(
  kept: readonly string[],
  whose: Omit<Forgettable, "keep">,
  stages?: readonly string[],
): Promise<number> {
  const api = engineApi(process.env["DOCKER_HOST"] ?? "");
  try {
    const { images, used } = await listImages(api, whose.repository, stages);
    // What another stack's container runs has that stack's name too.
    const keep = new Set(whose.goesOn ? [...kept, ...used] : []);
    let forgotten = 0;
    for (const name of forgettable(images, { ...whose, keep })) {
      forgotten += await api.remove(`/images/${name}`).then(
        () => 1,
        () => 0,
      );
    }
    return forgotten;
  } catch {
    return 0;
  }
}

/** The names of what a stack no longer needs. */
export function forgettable(
  images: readonly ListedImage[],
  { stack, repository, keep, goesOn }: Forgettable,
): string[] {
  return images.flatMap(({ digests, names }) => {
    if (digests.some((digest) => keep.has(digest))) return [];
    const own = names.flatMap((name) => ownName(name, repository, stack) ?? []);
    if (goesOn && own.some(({ isCurrent }) => isCurrent)) return [];
    const tags = own.filter(({ name }) => !name.includes("@"));
    // To remove a name with a digest is to remove every name in the repository, another stack's too.
    const inRepository = names.filter((name) => name.startsWith(`${repository}:`));
    const all = own.length === inRepository.length ? own : tags;
    return all.map(({ name }) => name);
  });
}

/** A stack's name of an image: "core.dev", "core.dev@sha256:…", "core.prod-r0a1b2c3d"; undefined for another's. */
function ownName(name: string, repository: string, stack: string): { name: string; isCurrent: boolean } | undefined {
  const [tag = "", digest] = name.startsWith(`${repository}:`) ? name.slice(repository.length + 1).split("@") : [];
  const rest = tag.slice(tag.indexOf(".") + 1);
  if (rest === stack) return { name, isCurrent: digest === undefined };
  return rest.startsWith(`${stack}-`) && /^r[0-9a-f]{8}$/.test(rest.slice(stack.length + 1))
    ? { name, isCurrent: false }
    : undefined;
}

interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
}

/** A filter of the engine leaves out the other names of an image: all stacks' names of a stage are asked for. */
async function listImages(
  api: EngineApi,
  repository: string,
  stages: readonly string[] | undefined,
): Promise<{ readonly images: readonly ListedImage[]; readonly used: readonly string[] }> {
  const filters = JSON.stringify({ reference: stages?.map((stage) => `${repository}:${stage}.*`) });
  const [images, containers] = (await Promise.all([
    api.get(`/images/json?filters=${encodeURIComponent(filters)}`),
    api.get("/containers/json?all=true"),
  ])) as [readonly ImageSummary[], readonly { readonly ImageID: string }[]];
  return {
    images: images.map(({ Id, RepoTags, RepoDigests }) => ({
      digests: [Id, ...(RepoDigests ?? []).flatMap((ref) => digestOf(ref) ?? [])],
      names: RepoTags ?? [],
    })),
    used: containers.map(({ ImageID }) => ImageID),
  };
}

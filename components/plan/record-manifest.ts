import { isDeepStrictEqual } from "node:util";
import { digestOf } from "../lib/image-reference.ts";
import type { PlannedStack } from "./create-plan.ts";
import type { StackManifest, StageManifest } from "./manifest.ts";

type Stages = Readonly<Record<string, StageManifest>>;

/** Inputs of the record of an `up`. */
export interface RecordArgs {
  readonly before: StackManifest | undefined;
  readonly after: PlannedStack;
  /** Ref of each image with its digest, by name. */
  readonly refs: Readonly<Record<string, string>>;
  /** Id of the release that ran before; empty for none. */
  readonly ranBefore: string;
  /** Id of the release that runs. */
  readonly runs: string;
  /** Ids of the releases that the stack keeps. */
  readonly kept: readonly string[];
}

/** Returns what a stack is made of after an `up`, as the next plan compares it. */
export function recordManifest(args: RecordArgs): StackManifest {
  const { before, after, refs, runs, ranBefore, kept } = args;
  const { cuda, containers, repository, passwordRevision } = after;
  const stages = Object.fromEntries(
    Object.entries(after.stages).map(([name, stage]) => [name, present(name, stage, before, refs)]),
  );
  const releases = Object.fromEntries(
    kept
      .filter((id) => id !== runs)
      .flatMap((id) => {
        const known = before === undefined ? undefined : stagesOfRelease(before, id, ranBefore);
        return known === undefined ? [] : [[id, differing(known, stages)]];
      }),
  );
  return { version: 1, cuda, stages, refs, containers, repository, passwordRevision, releases };
}

/** An image that `pulumi up --target` left out keeps its digest, and what it was built from. */
function present(
  name: string,
  stage: StageManifest,
  before: StackManifest | undefined,
  refs: Readonly<Record<string, string>>,
): StageManifest {
  const [known, digest] = [before?.stages[name], digestOf(refs[name] ?? "")];
  if (known === undefined || digest === undefined || digest !== digestOf(before?.refs[name] ?? "")) return stage;
  return isDeepStrictEqual(content(known), content(stage)) ? stage : known;
}

/** What always gives another image if it differs. */
function content({ files, lock, debian, instructions }: StageManifest): unknown {
  return [files, lock, debian, instructions];
}

/** Returns the stages of a release that a stack keeps; undefined if the manifest does not know the release. */
export function stagesOfRelease(manifest: StackManifest, id: string, runs: string): Stages | undefined {
  if (id === runs) return manifest.stages;
  const others = manifest.releases[id];
  if (others === undefined) return undefined;
  const all = { ...manifest.stages, ...others };
  return Object.fromEntries(Object.entries(all).flatMap(([name, stage]) => (stage === null ? [] : [[name, stage]])));
}

/** Returns the stages of a release that differ from those that run now; null for one that the release lacks. */
function differing(release: Stages, now: Stages): Record<string, StageManifest | null> {
  const names = [...new Set([...Object.keys(release), ...Object.keys(now)])];
  return Object.fromEntries(
    names.flatMap((name): [string, StageManifest | null][] => {
      const [then, current] = [release[name], now[name]];
      return isDeepStrictEqual(then, current) ? [] : [[name, then ?? null]];
    }),
  );
}

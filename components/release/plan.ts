import type { Problem } from "../lib/errors.ts";
import { checkRelease } from "./check.ts";
import { relocate, type History, type Release, type ReleasePlanArgs, type Source } from "./release.ts";

/** What a stack is made of: images that it builds, or a release that is there. */
export type ReleasePlan =
  | {
      readonly kind: "build";
      /** Git revision of the checkout; empty where there is none. */
      readonly revision: string;
      readonly history: History;
    }
  | {
      readonly kind: "run";
      /** The release, with its images where this stack has them. */
      readonly release: Release;
      /** Whether the configuration names it. */
      readonly pinned: boolean;
      readonly history: History;
      /** What a person should know of it, in a few lines; empty where there is nothing to say. */
      readonly note: string;
    };

/** The first up of a stack that builds. */
export const FIRST_BUILD: ReleasePlan = { kind: "build", revision: "", history: { running: "", releases: [] } };

interface Planned {
  readonly plan: ReleasePlan;
  readonly problems: readonly Problem[];
}

/** Decides which release a stack runs, and refuses one that it must not run. */
export function planRelease(args: ReleasePlanArgs): Planned {
  const { release: wanted, history, source } = args;
  const building: ReleasePlan = { kind: "build", revision: args.revision, history };
  if (wanted === "" && source === undefined) return { plan: building, problems: [] };
  const chosen = wanted === "" ? newest(args) : named(args);
  if ("key" in chosen) return { plan: building, problems: [chosen] };
  const { release, note } = chosen;
  return {
    plan: { kind: "run", release, pinned: wanted !== "", history, note },
    problems: checkRelease(release, args, releasesOf(source)),
  };
}

type Chosen = { readonly release: Release; readonly note: string } | Problem;

/** The release that the configuration names: one of its own, or else one of the stack that is promoted from. */
function named(args: ReleasePlanArgs): Chosen {
  const { release: wanted, history } = args;
  const others = releasesOf(args.source);
  const own = history.releases.find(({ id }) => id === wanted);
  const other = others.find(({ id }) => id === wanted);
  const release = own ?? (other === undefined ? undefined : promoted(other, args));
  const leave = "npm run rollback -- --off, or pulumi config rm release";
  if (release !== undefined) return { release, note: `pinned to the release ${wanted}; to leave it: ${leave}` };
  const known = [...new Set([...history.releases, ...others].map(describeRelease))];
  return {
    key: "morgan:release",
    expected: known.length === 0 ? "nothing: no release is kept yet" : `one of\n${INDENT}${known.join(`\n${INDENT}`)}`,
    found: `"${wanted}"`,
    fix: known.length === 0 ? "unset it" : "name one of these, or unset it for the newest",
  };
}

const INDENT = " ".repeat(14);

/** A release in a line: what tells it from others, without a date. */
export function describeRelease({ id, accelerator, revision, services }: Release): string {
  const sources = Object.entries(services).map(([name, { source }]) => `${name} ${source}`);
  return `${id} (${accelerator}${revision === "" ? "" : `, revision ${revision}`}): ${sources.join(", ")}`;
}

/** What the other stack runs. Where that is gone, or has run nothing since, what was promoted from it stays. */
function newest(args: ReleasePlanArgs): Chosen {
  const { source, history } = args;
  const read = source?.read ?? { failure: "no stack is named" };
  const running = "failure" in read ? undefined : read.releases.find(({ id }) => id === read.running);
  if (running !== undefined) return { release: promoted(running, args), note: "" };
  const found = "failure" in read ? read.failure : "it runs no release";
  const last = history.releases.find(({ from }) => from !== undefined && from.stack === source?.stack);
  const name = source?.name ?? "";
  if (last !== undefined)
    return { release: last, note: `"${name}" has nothing to promote (${found}); ${last.id} stays` };
  return {
    key: "morgan:promoteFrom",
    expected: `a stack "${name}" that is up`,
    found,
    fix: `npm run up -- --stack ${name}; or take promoteFrom away, and this stack builds its own images`,
  };
}

/** A release of the other stack as this one runs it. */
function promoted(release: Release, { source, repository, stack }: ReleasePlanArgs): Release {
  return relocate(release, { stack: source?.stack ?? "", repository: release.repository }, { repository, stack });
}

function releasesOf(source: Source | undefined): readonly Release[] {
  return source === undefined || "failure" in source.read ? [] : source.read.releases;
}

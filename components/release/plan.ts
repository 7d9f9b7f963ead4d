import type { Problem } from "../lib/errors.ts";
import { forStack } from "../lib/hints.ts";
import { checkRelease } from "./check.ts";
import { relocate, type History, type Release, type PromotionSource, type ReleasePlanArgs } from "./release.ts";

/** The images of a stack: it builds them, or it runs an existing release. */
export type ReleasePlan =
  | {
      readonly kind: "build";
      /** Git revision of the checkout; empty outside of a checkout. */
      readonly revision: string;
      readonly history: History;
    }
  | {
      readonly kind: "run";
      /** The release, with the images in this stack's repository. */
      readonly release: Release;
      /** True if the configuration names it. */
      readonly pinned: boolean;
      readonly history: History;
      /** A note in a few lines for the operator; empty if there is none. */
      readonly note: string;
    };

/** The plan for the first `up` of a stack that builds. */
export const FIRST_BUILD: ReleasePlan = { kind: "build", revision: "", history: { running: "", releases: [] } };

interface Planned {
  readonly plan: ReleasePlan;
  readonly problems: readonly Problem[];
}

/** Chooses the release that a stack runs, and returns the problems of a release that it must not run. */
export function planRelease(args: ReleasePlanArgs): Planned {
  const { release: wanted, history, source } = args;
  const building: ReleasePlan = { kind: "build", revision: args.revision, history };
  if (wanted === "" && source === undefined) return { plan: building, problems: [] };
  const chosen = wanted === "" ? newestRelease(args) : pinnedRelease(args);
  if ("key" in chosen) return { plan: building, problems: [chosen] };
  const { release, note } = chosen;
  return {
    plan: { kind: "run", release, pinned: wanted !== "", history, note },
    problems: checkRelease(release, args, releasesOf(source)),
  };
}

type Chosen = { readonly release: Release; readonly note: string } | Problem;

/** Returns the release that the configuration names: the stack's own, or else one of the source stack. */
function pinnedRelease(args: ReleasePlanArgs): Chosen {
  const { release: wanted, history } = args;
  const others = releasesOf(args.source);
  const own = history.releases.find(({ id }) => id === wanted);
  const other = others.find(({ id }) => id === wanted);
  const release = own ?? (other === undefined ? undefined : promoted(other, args));
  const leave = `${forStack("rollback", args.stack)} --off, or pulumi config rm release --stack ${args.stack}`;
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

/** Describes a release in one line: id, accelerator, revision and source digests, without a date. */
export function describeRelease({ id, accelerator, revision, services }: Release): string {
  const sources = Object.entries(services).map(([name, { source }]) => `${name} ${source}`);
  return `${id} (${accelerator}${revision === "" ? "" : `, revision ${revision}`}): ${sources.join(", ")}`;
}

/** Returns the running release of the source stack. If that stack runs none or is gone, the last promoted one stays. */
function newestRelease(args: ReleasePlanArgs): Chosen {
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
    fix: `${forStack("up", name)}; or unset promoteFrom, and this stack builds its own images`,
  };
}

/** Returns a release of the source stack with the addresses of this stack. */
function promoted(release: Release, { source, repository, stack }: ReleasePlanArgs): Release {
  return relocate(release, { stack: source?.stack ?? "", repository: release.repository }, { repository, stack });
}

function releasesOf(source: PromotionSource | undefined): readonly Release[] {
  return source === undefined || "failure" in source.read ? [] : source.read.releases;
}

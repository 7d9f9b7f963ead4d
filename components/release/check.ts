import type { Problem } from "../lib/errors.ts";
import { forStack } from "../lib/hints.ts";
import { isUncommitted, UNKNOWN_REVISION, type Release, type ReleasePlanArgs } from "./release.ts";

/**
 * Returns the reasons why a stack must not run a release.
 *
 * @param sourceReleases - the releases of the stack that it promotes from, as that stack lists them.
 */
export function checkRelease(release: Release, args: ReleasePlanArgs, sourceReleases: readonly Release[]): Problem[] {
  return [
    ...checkAccelerator(release, args),
    ...checkImages(release, args),
    ...checkHealth(release, args, sourceReleases),
    ...checkRevision(release, args),
  ];
}

/** A release that ran here before is trusted, and so is one from outside of a checkout. */
function checkRevision({ id, from, revision }: Release, args: ReleasePlanArgs): Problem[] {
  const { stack, source, promoteUncommitted, history } = args;
  if (from === undefined || !isUncommitted(revision) || promoteUncommitted) return [];
  if (history.releases.some((own) => own.id === id)) return [];
  const name = source?.name ?? "";
  const unknown = revision === UNKNOWN_REVISION;
  return [
    {
      key: `${name}: revision`,
      expected: `a commit that has the sources of the release ${id}`,
      found: `${revision}: ${unknown ? "git could not read the checkout" : "files differed from that commit"}`,
      fix:
        `${unknown ? "install git there, and make git status work" : "commit them"}, and run ${forStack("up", name)}; ` +
        `or allow it: pulumi config set promoteUncommitted true --stack ${stack}`,
    },
  ];
}

function checkAccelerator({ id, accelerator, from }: Release, args: ReleasePlanArgs): Problem[] {
  if (accelerator === args.accelerator) return [];
  return [
    {
      key: "morgan:accelerator",
      expected: `"${accelerator}", which the release ${id}${from === undefined ? "" : ` of ${from.stack}`} was built for`,
      found: `"${args.accelerator}"`,
      fix: from === undefined ? "set it so, or run another release" : "promote from a stack that builds for it",
    },
  ];
}

function checkImages({ id, services, backing }: Release, { services: chosen }: ReleasePlanArgs): Problem[] {
  const used = chosen.flatMap(({ backing: needed }) => needed);
  const missing = [
    ...chosen.map(({ name }) => name).filter((name) => services[name] === undefined),
    ...["debian", "haproxy", ...new Set(used)].filter((name) => backing[name] === undefined),
  ];
  if (missing.length === 0) return [];
  const has = [...Object.keys(services), ...Object.keys(backing)].join(", ");
  return [
    {
      key: "morgan:services",
      expected: `services with an image in the release ${id}`,
      found: `${missing.join(", ")}: no image; the release has ${has}`,
      fix: "take them out of morgan:services, or run a release that has them",
    },
  ];
}

/** A release that ran here before is trusted. Any other release must be healthy in its source stack. */
function checkHealth({ id }: Release, args: ReleasePlanArgs, sourceReleases: readonly Release[]): Problem[] {
  if (args.history.releases.some((own) => own.id === id)) return [];
  const services = sourceReleases.find((other) => other.id === id)?.services ?? {};
  const source = args.source?.name ?? "";
  return args.services.flatMap(({ name: service }): Problem[] => {
    const health = services[service]?.health;
    if (health === undefined || health === "healthy") return [];
    return [
      {
        key: `${source}: ${service}`,
        expected: `healthy at the last up of "${source}", so that its release ${id} may be promoted`,
        found: health,
        fix: `repair it there and run ${forStack("up", source)}`,
      },
    ];
  });
}

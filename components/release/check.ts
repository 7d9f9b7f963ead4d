import type { Problem } from "../lib/errors.ts";
import type { Release } from "./release.ts";
import type { ReleasePlanArgs } from "./release.ts";

/**
 * What keeps a stack from running a release.
 *
 * @param proved - the releases of the stack that is promoted from, as they are there.
 */
export function checkRelease(release: Release, args: ReleasePlanArgs, proved: readonly Release[]): Problem[] {
  return [...checkAccelerator(release, args), ...checkImages(release, args), ...checkHealth(release, args, proved)];
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
      expected: `services out of those in the release ${id}`,
      found: `${missing.join(", ")}: no image of it among ${has}`,
      fix: "take them out of morgan:services, or run a release that has them",
    },
  ];
}

/** A release that this stack has run has proved itself here; another one has to be well where it comes from. */
function checkHealth({ id }: Release, args: ReleasePlanArgs, proved: readonly Release[]): Problem[] {
  if (args.history.releases.some((own) => own.id === id)) return [];
  const services = proved.find((other) => other.id === id)?.services ?? {};
  const source = args.source?.name ?? "";
  return args.services.flatMap(({ name: service }): Problem[] => {
    const health = services[service]?.health;
    if (health === undefined || health === "healthy") return [];
    return [
      {
        key: `${source}: ${service}`,
        expected: `healthy at the last up of "${source}", so that its release ${id} may be promoted`,
        found: health,
        fix: `mend it there and run npm run up -- --stack ${source}`,
      },
    ];
  });
}

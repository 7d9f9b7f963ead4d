import * as pulumi from "@pulumi/pulumi";
import { given } from "../lib/given.ts";
import { digestOf } from "../lib/image-reference.ts";
import { imagesOf, recordRelease, releaseId, type History, type Release } from "./release.ts";
import type { ReleasePlan } from "./plan.ts";
import type { Accelerator } from "../catalog/service.ts";

/** Inputs of the release output. */
export interface ReleaseOutputArgs {
  readonly plan: ReleasePlan;
  readonly accelerator: Accelerator;
  /** Repository of the stack's images: "host/project/images". */
  readonly repository: string;
  /** Refs of all images that the deployment uses, by name. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Digests of the source code and the lock file of each service's image, by name; empty if nothing is built. */
  readonly contents: Readonly<Record<string, { readonly source: string; readonly lock: string }>>;
  /** Health of each service, by name; known when all services are healthy. */
  readonly running: pulumi.Input<Readonly<Record<string, { readonly health: string }>>>;
  /** Refs of the images that containers were made from, by name of the image; known when all containers are ready. */
  readonly ran: pulumi.Input<Readonly<Record<string, string>>>;
  /** URL of the gateway; known when the gateway is healthy. */
  readonly endpoint: pulumi.Input<string>;
}

/** The release that an `up` ran, and those that the stack keeps. */
export type RanRelease = pulumi.Output<{ readonly release: string; readonly releases: readonly Release[] }>;

/**
 * Returns the id of the release that an `up` ran, and the kept releases. An `up` that fails adds no release. Neither does
 * an `up` after which a container still runs another image of it, as `pulumi up --target` leaves some.
 */
export function releaseOutput(args: ReleaseOutputArgs): RanRelease {
  const { plan, running, ran, endpoint } = args;
  return pulumi.all([pulumi.all(args.images), running, ran, endpoint]).apply(async ([images, state, ran]) => {
    const others = Object.keys(ran).filter((name) => !isSame(ran[name], images[name]));
    if (others.length > 0) {
      const kept = plan.history.running === "" ? "no release is recorded" : `the release stays ${plan.history.running}`;
      await pulumi.log.warn(
        `${kept}: ${others.join(", ")} runs an older image; an up without --target deploys the newer`,
      );
      return keptHistory(plan.history, state, ran);
    }
    const health = (name: string): string => state[name]?.health ?? "not run";
    const release = plan.kind === "run" ? plan.release : built(args, images);
    const current: Release = {
      ...release,
      services: Object.fromEntries(
        Object.entries(release.services).map(([name, service]) => [name, { ...service, health: health(name) }]),
      ),
    };
    const place = plan.kind === "run" && plan.pinned ? "unchanged" : "newest";
    return { release: current.id, releases: recordRelease(plan.history.releases, current, place) };
  });
}

/** Returns the history as it was, with the present health of the containers that still run the recorded images. */
function keptHistory(
  { running, releases }: History,
  state: Readonly<Record<string, { readonly health: string }>>,
  ran: Readonly<Record<string, string>>,
): { readonly release: string; readonly releases: readonly Release[] } {
  const withHealth = (release: Release): Release => ({
    ...release,
    services: Object.fromEntries(
      Object.entries(release.services).map(([name, service]) => {
        const health = isSame(ran[name], service.ref) ? state[name]?.health : undefined;
        return [name, { ...service, ...given({ health }) }];
      }),
    ),
  });
  return { release: running, releases: releases.map((kept) => (kept.id === running ? withHealth(kept) : kept)) };
}

function isSame(ref: string | undefined, other: string | undefined): boolean {
  return digestOf(ref ?? "") === digestOf(other ?? "");
}

/** Returns the release that was built. An image that `--target` left out is older than the sources of the checkout. */
function built(
  { plan, accelerator, repository, contents }: ReleaseOutputArgs,
  images: Readonly<Record<string, string>>,
): Release {
  const known = plan.history.releases.flatMap(({ services }) => Object.values(services));
  const services = Object.fromEntries(
    Object.entries(contents).map(([name, content]) => {
      const ref = images[name] ?? "";
      const older = known.find((service) => isSame(service.ref, ref) && service.source !== content.source);
      const { source, lock } = older ?? content;
      return [name, { ref, source, lock, health: "" }];
    }),
  );
  const backing = Object.fromEntries(Object.entries(images).filter(([name]) => !(name in contents)));
  const isOlder = Object.entries(contents).some(([name, { source }]) => services[name]?.source !== source);
  const checkout = plan.kind === "build" ? plan.revision : "";
  const revision = isOlder && /[0-9a-f]$/.test(checkout) ? `${checkout}+` : checkout;
  const id = releaseId(imagesOf({ services, backing }));
  return { id, accelerator, revision, repository, services, backing };
}

import * as pulumi from "@pulumi/pulumi";
import { imagesOf, recordRelease, releaseId, type Release } from "./release.ts";
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
  /** URL of the gateway; known when the gateway is healthy. */
  readonly endpoint: pulumi.Input<string>;
}

/** Returns the id of the release that an `up` ran, and the kept releases. An `up` that fails adds no release. */
export function releaseOutput(
  args: ReleaseOutputArgs,
): pulumi.Output<{ readonly release: string; readonly releases: readonly Release[] }> {
  const { plan, running, endpoint } = args;
  return pulumi.all([pulumi.all(args.images), running, endpoint]).apply(([images, state]) => {
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

function built(
  { plan, accelerator, repository, contents }: ReleaseOutputArgs,
  images: Readonly<Record<string, string>>,
): Release {
  const services = Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [name, { ref: images[name] ?? "", ...content, health: "" }]),
  );
  const backing = Object.fromEntries(Object.entries(images).filter(([name]) => !(name in contents)));
  const revision = plan.kind === "build" ? plan.revision : "";
  const id = releaseId(imagesOf({ services, backing }));
  return { id, accelerator, revision, repository, services, backing };
}

import * as pulumi from "@pulumi/pulumi";
import { imagesOf, recordRelease, releaseId, type Release } from "./release.ts";
import type { ReleasePlan } from "./plan.ts";
import type { Accelerator } from "../catalog/service.ts";

/** What ran in an up. */
export interface ReleaseOutputArgs {
  readonly plan: ReleasePlan;
  readonly accelerator: Accelerator;
  /** Where the stack's images lie: "host/project/images". */
  readonly repository: string;
  /** Every image that the deployment uses, by name. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the services' images were made from, by name; none where nothing is built. */
  readonly contents: Readonly<Record<string, { readonly source: string; readonly lock: string }>>;
  /** The services as they run; known when all of them are healthy. */
  readonly running: pulumi.Input<Readonly<Record<string, { readonly health: string }>>>;
  /** Known when the gateway is healthy. */
  readonly endpoint: pulumi.Input<string>;
}

/** The release that an up ran, and the list of those that the next one can go back to: nothing of an up that failed. */
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
    const place = plan.kind === "run" && plan.pinned ? "where it is" : "newest";
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

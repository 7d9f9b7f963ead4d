import type * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "./config/config.ts";
import type { StackContext } from "./deploy/container/stack-context.ts";
import { LocalRegistry } from "./deploy/local-registry.ts";
import { createRegistryImage } from "./image/bootstrap/first-images.ts";
import { ImageGraph } from "./image/image-graph.ts";
import { ReleasedImages } from "./image/released-images.ts";
import { registryOf } from "./lib/image-reference.ts";
import { buildSecrets, packageSources, proxyArguments } from "./network/profile.ts";
import type { ReleasePlan } from "./release/plan.ts";
import type { PlannedParts } from "./stack-plan.ts";

/** The part of a stack's context that decides which volumes it has. */
type DataContext = Pick<
  StackContext,
  "identity" | "protectData" | "adoptedVolumes" | "processors" | "engine" | "manifests"
>;

/** Where the images of a stack come from. */
interface ImagesArgs {
  readonly releasePlan: ReleasePlan;
  /** The stack's own registry; undefined if another one is configured. */
  readonly local: LocalRegistry | undefined;
  readonly parts: PlannedParts;
}

/** Creates the stack's own registry; returns undefined if another registry is configured. */
export function createLocalRegistry(
  parent: pulumi.Resource,
  { images, network }: MorganConfig,
  stack: DataContext,
  { stages: manifests }: PlannedParts,
): LocalRegistry | undefined {
  const { registry, base } = images;
  if (registry.kind !== "local") return undefined;
  const image = createRegistryImage(parent, base, { ...packagesOf(network), manifests });
  return new LocalRegistry("registry", { image, stack, port: registry.port }, { parent });
}

/** Returns the images that the stack builds, or the images of a release that is there already. */
export function createImages(
  parent: pulumi.Resource,
  { stack, accelerator, services, images, network, machine }: MorganConfig,
  { releasePlan, local, parts: { stages: manifests, refs } }: ImagesArgs,
): ImageGraph | ReleasedImages {
  const { builder, base: baseImages } = images;
  const registry = registryOf(images.registry);
  const { login, ready } = local ?? { login: network.registry, ready: [] };
  const build = { registry, login, tag: stack, builder, ready, manifests, refs, ...packagesOf(network) };
  return releasePlan.kind === "run"
    ? new ReleasedImages("release", { release: releasePlan.release, services, build }, { parent })
    : new ImageGraph("images", { services, accelerator, baseImages, uv: machine.uv, build }, { parent });
}

/** Returns the package sources for builds, with their secrets and the proxy. */
function packagesOf(network: MorganConfig["network"]) {
  const { certificates, caBundle } = network;
  const sources = packageSources(network);
  return { sources, secrets: buildSecrets(network), proxy: proxyArguments(network), certificates, caBundle };
}

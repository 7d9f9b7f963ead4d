import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { debianRecipe } from "../../dockerfile/recipes/debian.ts";
import { debianRegistryRecipe, upstreamRegistryRecipe } from "../../dockerfile/recipes/registry.ts";
import { renderDockerfile } from "../../dockerfile/render.ts";
import type { DebianPackages, BaseImages } from "../../config/base-images.ts";
import { repository, tagged } from "../../lib/image-reference.ts";
import { packagesPreamble, pushPreamble, RUN_SCRIPT, script } from "./scripts.ts";
import { SOURCE_DATE_EPOCH, type BuildSettings } from "../stages/stage-image.ts";

const ROOTFS = script("rootfs.sh");

/**
 * Makes the image of the stack's own registry. It is built into the engine, because there is no registry yet.
 *
 * @returns the name of the image in the engine.
 */
export function createRegistryImage(
  parent: pulumi.Resource,
  baseImages: BaseImages,
  build: Pick<BuildSettings, "sources" | "secrets" | "proxy">,
): pulumi.Output<string> {
  const dockerfile = renderDockerfile(
    baseImages.kind === "debian"
      ? debianRegistryRecipe(build.sources)
      : upstreamRegistryRecipe(baseImages.images.registry),
  );
  const rootfs = baseImages.kind === "debian" ? rootfsEnvironment(baseImages) : {};
  const packages = packagesPreamble(build);
  const image = `morgan/registry:${digest(dockerfile, JSON.stringify(rootfs))}`;
  const made = new command.local.Command(
    "registry-image",
    {
      create: RUN_SCRIPT,
      environment: {
        MORGAN_SCRIPT: (baseImages.kind === "debian" ? packages.script + ROOTFS : "") + script("registry.sh"),
        ...rootfs,
        ...packages.environment,
        MORGAN_DOCKERFILE: dockerfile,
        MORGAN_IMAGE: image,
        MORGAN_APT_SOURCES: build.secrets["apt-sources"] ?? "",
        SOURCE_DATE_EPOCH,
      },
      triggers: [image],
      addPreviousOutputInEnv: false,
    },
    { parent },
  );
  return made.id.apply(() => image);
}

/**
 * Returns the ref of the Debian image: an image that is made from a root file system and pushed, or the pinned
 * upstream.
 */
export function createDebianImage(
  parent: pulumi.Resource,
  baseImages: BaseImages,
  build: BuildSettings,
): pulumi.Output<string> {
  if (baseImages.kind === "registry") return pulumi.output(baseImages.images.debian);
  const repo = repository(build.registry);
  const rootfs = rootfsEnvironment(baseImages);
  const packages = packagesPreamble(build);
  const push = pushPreamble(build);
  const pushed = new command.local.Command(
    "debian",
    {
      create: RUN_SCRIPT,
      environment: {
        MORGAN_SCRIPT: packages.script + ROOTFS + push.script + script("push.sh"),
        ...rootfs,
        ...packages.environment,
        ...push.environment,
        MORGAN_DOCKERFILE: renderDockerfile(debianRecipe()),
        MORGAN_IMAGE: tagged(build.registry, "debian", build.tag),
        MORGAN_BUILDER: build.builder,
      },
      triggers: [repo, rootfs.MORGAN_ROOTFS],
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: [...build.ready] },
  );
  return pulumi.interpolate`${repo}@${pushed.stdout}`;
}

function rootfsEnvironment({ revision, mirror, cache }: DebianPackages) {
  return {
    MORGAN_ROOTFS: digest(ROOTFS, revision, mirror),
    MORGAN_MIRROR: mirror,
    MORGAN_CACHE: cache,
    SOURCE_DATE_EPOCH,
  };
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}

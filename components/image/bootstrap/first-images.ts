import { readFileSync } from "node:fs";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { debianRecipe } from "../../dockerfile/recipes/debian.ts";
import { debianRegistryRecipe, upstreamRegistryRecipe } from "../../dockerfile/recipes/registry.ts";
import { renderDockerfile } from "../../dockerfile/render.ts";
import type { DebianPackages, BaseImages } from "../../config/base-images.ts";
import { shortDigest } from "../../lib/short-digest.ts";
import { engineOnly, repository, tagged } from "../../lib/image-reference.ts";
import type { Instruction } from "../../dockerfile/instruction.ts";
import type { StageManifest } from "../../plan/manifest.ts";
import type { DebianImageTask, RegistryImageTask, RootfsTask } from "../programs/task.ts";
import type { Inputs } from "./inputs.ts";
import { stageManifest } from "../stages/stage-manifest.ts";
import { SOURCE_DATE_EPOCH, type BuildSettings } from "../stages/stage-image.ts";

/** Text of the script, which is a part of the root file system's key. */
const ROOTFS = readFileSync(new URL("rootfs.sh", import.meta.url), "utf8");

type PackageSettings = Pick<BuildSettings, "sources" | "secrets" | "proxy" | "caBundle" | "manifests">;

/**
 * Makes the image of the stack's own registry. It is built into the engine, because there is no registry yet.
 *
 * @returns the name of the image in the engine.
 */
export function createRegistryImage(
  parent: pulumi.Resource,
  baseImages: BaseImages,
  build: PackageSettings,
): pulumi.Output<string> {
  const instructions =
    baseImages.kind === "debian"
      ? debianRegistryRecipe(build.sources)
      : upstreamRegistryRecipe(baseImages.images, build.sources);
  const dockerfile = renderDockerfile(instructions);
  build.manifests.set("registry", firstManifest(baseImages, instructions));
  const rootfs = baseImages.kind === "debian" ? { rootfs: rootfsTask(baseImages) } : {};
  const image = engineOnly("registry", shortDigest([dockerfile, JSON.stringify(rootfs)].join("\0")));
  const task: Inputs<RegistryImageTask> = { dockerfile, ...rootfs, ...common(build) };
  const made = new command.local.Command(
    "registry-image",
    {
      create: "node components/image/programs/registry-image.ts",
      environment: { MORGAN_IMAGE: image },
      stdin: pulumi.jsonStringify(task),
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
  build.manifests.set("debian", firstManifest(baseImages, baseImages.kind === "debian" ? debianRecipe() : []));
  if (baseImages.kind === "registry") return pulumi.output(baseImages.images.debian);
  const repo = repository(build.registry);
  const { login, registry, builder } = build;
  const rootfs = rootfsTask(baseImages);
  const task: Inputs<DebianImageTask> = {
    dockerfile: renderDockerfile(debianRecipe()),
    rootfs,
    repository: repo,
    builder,
    ...(login === undefined ? {} : { login: { host: registry.host, ...login } }),
    ...common(build),
  };
  const pushed = new command.local.Command(
    "debian",
    {
      create: "node components/image/programs/debian-image.ts",
      environment: { MORGAN_IMAGE: tagged(registry, "debian", build.tag) },
      stdin: pulumi.jsonStringify(task),
      // Another input runs the program again, which finds its earlier image. A replacement makes a new one.
      triggers: [repo, rootfs.key],
    },
    { parent, dependsOn: [...build.ready] },
  );
  const ref = pulumi.interpolate`${repo}@${pushed.stdout}`;
  build.refs.set("debian", ref);
  return ref;
}

/** Returns what one of the first images is made from: a root file system, or the pinned upstream image. */
function firstManifest(baseImages: BaseImages, dockerfile: readonly Instruction[]): StageManifest {
  const values =
    baseImages.kind === "debian"
      ? {
          baseRevision: baseImages.revision,
          "package sources": baseImages.sources.trim().replaceAll("\n", "; "),
          "root file system": shortDigest(ROOTFS),
        }
      : { image: baseImages.images.debian };
  const context = { location: "", digest: "", files: {} };
  return stageManifest({ dockerfile, context, parents: {}, arguments: values });
}

/** Returns a root file system. Its key contains nothing of the machine that makes it. */
function rootfsTask({ revision, sources }: DebianPackages): RootfsTask {
  return { key: shortDigest([ROOTFS, revision, sources].join("\0")) };
}

function common({
  secrets,
  proxy,
  caBundle,
}: PackageSettings): Pick<Inputs<DebianImageTask>, "access" | "sourceDateEpoch"> {
  return {
    access: {
      caBundle,
      aptSources: secrets["apt-sources"] ?? "",
      aptAuth: secrets["apt-auth"] ?? "",
      proxy: proxy["http_proxy"] ?? "",
      noProxy: proxy["no_proxy"] ?? "",
    },
    sourceDateEpoch: SOURCE_DATE_EPOCH,
  };
}

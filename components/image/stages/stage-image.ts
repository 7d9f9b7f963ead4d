import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import { CERTIFICATE_SECRETS, certificateSecrets } from "../../network/certificates.ts";
import type { Login } from "../../network/login.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../../dockerfile/instruction.ts";
import { renderDockerfile } from "../../dockerfile/render.ts";
import { mapValues } from "../../lib/map-values.ts";
import { tagged, withoutTag, type Registry } from "../../lib/image-reference.ts";
import type { StageManifest } from "../../plan/manifest.ts";
import type { Context } from "./build-context.ts";
import { stageManifest } from "./stage-manifest.ts";

/** Settings of a build, the same for every stage of a stack. */
export interface BuildSettings {
  /** Registry for images and cache exports. */
  readonly registry: Registry;
  /** Login for pushes; undefined if the registry requires none, or if the Docker client has logged in. */
  readonly login: Login | undefined;
  /** Suffix of every image's tag: the name of the stack. */
  readonly tag: string;
  /** Name of the buildx builder; "default" is the engine's own BuildKit. */
  readonly builder: string;
  /** Package sources of a company that a build uses. */
  readonly sources: PackageSources;
  /** Values of the secrets that `sources` names, by id. They are not part of a layer or of a cache key. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Certificates of private CAs in PEM, which may differ from machine to machine; empty for none. */
  readonly certificates: string;
  /** File with them, as the configuration names it; empty for those of the host. */
  readonly caBundle: string;
  /**
   * Build arguments with the proxy. The BuildKit of Docker 28.5 predefines their names and keeps their values out of
   * images, histories and cache keys.
   */
  readonly proxy: Readonly<Record<string, string>>;
  /** Resources that have to exist before a push: the stack's own registry. */
  readonly ready: readonly pulumi.Resource[];
  /** Manifest of each image, by name, in the order of the image graph. Every stage adds itself. */
  readonly manifests: Map<string, StageManifest>;
  /** Ref of each image that is built, by name. Every stage adds itself. */
  readonly refs: Map<string, pulumi.Output<string>>;
}

/** Inputs of a stage's image. */
export interface StageImageArgs {
  readonly dockerfile: readonly Instruction[];
  readonly context: Context;
  /** Refs of the images in FROM and --from, by their names in the Dockerfile. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Names of those of the images that have another name in the image graph than in the Dockerfile. Default: none. */
  readonly names?: Readonly<Record<string, string>>;
  /** Path of the lock file that it installs, which is in the context. Default: none. */
  readonly requirements?: string;
  /** Content of the image, in a few words. */
  readonly description: string;
  /**
   * True if containers run the image. An image on which only other images are built stays in the registry, because
   * docker 5.2.0 lists all images of the engine whenever it creates a container.
   */
  readonly runs: boolean;
  readonly build: BuildSettings;
}

const COMPRESSION = { ociMediaTypes: true, compression: "zstd", compressionLevel: 3, forceCompression: true } as const;

/** Time that the BuildKit of Docker 28.5 writes into an image's configuration, instead of the time of the build. */
export const SOURCE_DATE_EPOCH = "1704067200";

/**
 * Builds and pushes the image of a stage. Named contexts give BuildKit the images below by digest. Layers are
 * compressed with zstd, and the cache export gets a tag of its own.
 */
export function createStageImage(parent: pulumi.Resource, name: string, args: StageImageArgs): dockerBuild.Image {
  const { build } = args;
  const image = tagged(build.registry, name, build.tag);
  const cache = `${image}-cache`;
  const labels = {
    "org.opencontainers.image.title": name,
    "org.opencontainers.image.description": args.description,
  };
  build.manifests.set(
    name,
    stageManifest({
      ...args,
      parents: Object.fromEntries(Object.keys(args.images).map((key) => [key, args.names?.[key] ?? key])),
      arguments: { SOURCE_DATE_EPOCH, ...labels, compression: Object.values(COMPRESSION).join(" ") },
    }),
  );
  const named = Object.fromEntries(
    Object.entries(args.images).map(([key, image]) => [key, { location: imageContext(image) }]),
  );
  const built = new dockerBuild.Image(
    name,
    {
      dockerfile: { inline: renderDockerfile(args.dockerfile) },
      context: { location: args.context.location, named },
      tags: [image],
      labels: { ...labels, "org.opencontainers.image.version": versionOf(args.context) },
      buildArgs: { SOURCE_DATE_EPOCH, ...build.proxy },
      // The certificates are no secret, but a reader of a state need not see which CAs a company trusts.
      secrets: {
        ...build.secrets,
        ...mapValues(certificateSecrets(build.certificates), (text) => pulumi.secret(text)),
      },
      ignoreSecretsInDiffCalculation: [...CERTIFICATE_SECRETS],
      ...(build.login === undefined ? {} : { registries: [registryLogin(build.registry.host, build.login)] }),
      exec: true,
      builder: { name: build.builder },
      buildOnPreview: false,
      push: false,
      exports: [
        {
          image: {
            push: true,
            ...COMPRESSION,
            // Docker 28.5 removes an image without a name. So the image keeps one when its tag moves on, and a rollback
            // does not need the registry.
            ...(args.runs ? { nameCanonical: true } : { store: false }),
          },
        },
      ],
      cacheFrom: [{ registry: { ref: cache } }],
      cacheTo: [
        {
          // Some registries refuse the manifest of a cache export. The image itself is pushed all the same.
          registry: {
            ref: cache,
            mode: "min",
            ignoreError: true,
            imageManifest: true,
            ...COMPRESSION,
          },
        },
      ],
    },
    // docker-build 0.0.22 deletes the digest from the registry with the resource, even if another stack runs the image.
    // The plan names the files. These would show digests.
    { parent, retainOnDelete: true, dependsOn: [...build.ready], hideDiffs: ["contextHash", "labels"] },
  );
  build.refs.set(name, built.ref);
  return built;
}

/** Returns the value of an image's label `version`: the first 12 digits of its context's digest. */
export function versionOf(context: Context): string {
  return context.digest.slice(0, 12);
}

function registryLogin(address: string, { user, password }: Login): dockerBuild.types.input.RegistryArgs {
  return { address, username: user, password };
}

function imageContext(image: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(image).apply((ref) => `docker-image://${withoutTag(ref)}`);
}

import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Login, PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../../dockerfile/instruction.ts";
import { renderDockerfile } from "../../dockerfile/render.ts";
import { tagged, withoutTag, type Registry } from "../../lib/image-reference.ts";
import type { Context } from "./build-context.ts";
import { removeCredentialsAtEnd } from "./stray-credentials.ts";

/** How images are built, the same for every stage of a stack. */
export interface BuildSettings {
  /** Where images and their caches are pushed. */
  readonly registry: Registry;
  /** Who pushes; undefined where everyone may, or where the Docker client is logged in. */
  readonly login: Login | undefined;
  /** Tag of every image, plain text: the name of the stack. */
  readonly tag: string;
  /** Name of the buildx builder; "default" is the engine's own BuildKit. */
  readonly builder: string;
  /** Which package sources of a company a build uses. */
  readonly sources: PackageSources;
  /** Values of the secrets that `sources` speaks of, by id. They are no part of a layer or of a cache key. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Build arguments with the proxy. BuildKit knows them, and keeps them out of images, histories and cache keys. */
  readonly proxy: Readonly<Record<string, string>>;
  /** What has to be there before anything can be pushed: the stack's own registry. */
  readonly ready: readonly pulumi.Resource[];
}

/** One stage. */
export interface StageImageArgs {
  readonly dockerfile: readonly Instruction[];
  readonly context: Context;
  /** Images that the Dockerfile names in FROM and --from: reference with digest, by the name it uses. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the image is, in a few words. */
  readonly description: string;
  /** Whether containers run it; one that others only stand on is in the registry alone, as the engine lists no more than it has to. */
  readonly runs: boolean;
  readonly build: BuildSettings;
}

/** BuildKit writes this time into an image's configuration, where it would else be the time of the build. */
export const SOURCE_DATE_EPOCH = "1704067200";

/**
 * The one way in which a stage becomes an image: built from its own context on the digests of what it stands on, pushed
 * with zstd layers, its cache exported beside it under a tag of its own.
 */
export function createStageImage(parent: pulumi.Resource, name: string, args: StageImageArgs): dockerBuild.Image {
  const { build } = args;
  const image = tagged(build.registry, name, build.tag);
  const cache = `${image}-cache`;
  const named = Object.fromEntries(
    Object.entries(args.images).map(([key, image]) => [key, { location: imageContext(image) }]),
  );
  return new dockerBuild.Image(
    name,
    {
      dockerfile: { inline: renderDockerfile(args.dockerfile) },
      context: { location: args.context.location, named },
      tags: [image],
      labels: {
        "org.opencontainers.image.title": name,
        "org.opencontainers.image.description": args.description,
        "org.opencontainers.image.version": versionOf(args.context),
      },
      buildArgs: { SOURCE_DATE_EPOCH, ...build.proxy },
      secrets: build.secrets,
      ...(build.login === undefined ? {} : { registries: [registryLogin(build.registry.host, build.login)] }),
      exec: true,
      builder: { name: build.builder },
      buildOnPreview: false,
      push: false,
      exports: [
        {
          image: {
            push: true,
            ociMediaTypes: true,
            compression: "zstd",
            compressionLevel: 3,
            forceCompression: true,
            // The engine would have no name for it once the tag has moved on, and forget it: no rollback without a registry.
            ...(args.runs ? { nameCanonical: true } : { store: false }),
          },
        },
      ],
      cacheFrom: [{ registry: { ref: cache } }],
      cacheTo: [
        {
          registry: {
            ref: cache,
            mode: "min",
            imageManifest: true,
            ociMediaTypes: true,
            compression: "zstd",
            compressionLevel: 3,
            forceCompression: true,
          },
        },
      ],
    },
    // The provider deletes the digest from the registry with the resource, even where another stack runs it.
    { parent, retainOnDelete: true, dependsOn: [...build.ready] },
  );
}

/** What the label of an image says that it was made from. */
export function versionOf(context: Context): string {
  return context.digest.slice(0, 12);
}

function registryLogin(address: string, { user, password }: Login): dockerBuild.types.input.RegistryArgs {
  removeCredentialsAtEnd(address);
  return { address, username: user, password };
}

function imageContext(image: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(image).apply((ref) => `docker-image://${withoutTag(ref)}`);
}

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { digestOf } from "../lib/image-reference.ts";
import type { ImageMaker } from "../size/check.ts";
import { imagesOf, isOwn, type Release } from "../release/release.ts";
import type { StackService } from "../catalog/select.ts";
import type { Inputs } from "./bootstrap/inputs.ts";
import type { CopyTask } from "./programs/task.ts";
import type { BuildSettings } from "./stages/stage-image.ts";

/** Inputs of ReleasedImages. */
export interface ReleasedImagesArgs {
  /** The release, with the refs of this stack's own copies. */
  readonly release: Release;
  /** Services of the release to run. */
  readonly services: readonly StackService[];
  /** The registry of this stack, and its login. */
  readonly build: Pick<BuildSettings, "registry" | "login" | "ready">;
}

/** The images of a release that is there already. It replaces the ImageGraph if the stack builds nothing. */
export class ReleasedImages extends pulumi.ComponentResource {
  /** Ref of the Debian image. */
  readonly debian: pulumi.Output<string>;
  /** Ref of each service's image, by name. */
  readonly services: Readonly<Record<string, pulumi.Output<string>>>;
  /** Resources that make the services' images. */
  readonly makers: readonly ImageMaker[];
  /** Ref of the gateway's image, and of the image of each backing service that a service uses. */
  readonly backing: { readonly haproxy: pulumi.Output<string> } & Partial<
    Record<"redis" | "postgres", pulumi.Output<string>>
  >;

  constructor(name: string, args: ReleasedImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { release, services, build } = args;
    super("morgan:image:ReleasedImages", name, { release: release.id }, opts);
    const copies = copiesOf(release);
    const copied = copies.length === 0 ? undefined : createCopy(this, copies, build);
    this.makers = copied === undefined ? [] : [{ urn: copied.urn, done: copied.stdout }];
    // A preview knows the URN, so it shows which containers change. An up has the URN when the images are there. Both
    // depend on the copy: Pulumi 3.259 refuses an `up --plan` with other dependencies than the preview had.
    const image = (ref: string): pulumi.Output<string> => copied?.urn.apply(() => ref) ?? pulumi.output(ref);
    const { debian = "", haproxy = "", redis, postgres } = release.backing;
    this.debian = image(debian);
    this.services = Object.fromEntries(
      services.map((service) => [service.name, image(release.services[service.name]?.ref ?? "")]),
    );
    const used = new Set(services.flatMap((service) => service.backing));
    this.backing = {
      haproxy: image(haproxy),
      ...(used.has("redis") && redis !== undefined ? { redis: image(redis) } : {}),
      ...(used.has("postgres") && postgres !== undefined ? { postgres: image(postgres) } : {}),
    };
    this.registerOutputs({ debian: this.debian, services: this.services, backing: this.backing });
  }
}

/** Returns a line for each image to copy; no lines if the stack built the release itself. */
function copiesOf(release: Release): string[] {
  const { from, id } = release;
  if (from === undefined) return [];
  return Object.values(imagesOf(release))
    .filter((ref) => isOwn(release, ref))
    .map((ref) => {
      const [target = ""] = ref.split("@");
      const digest = digestOf(ref) ?? "";
      return `${from.repository}@${digest} ${target} ${digest} ${target}-${id}`;
    });
}

/** Creates one resource that copies all images of a release, because each resource adds time to every up. */
function createCopy(
  parent: pulumi.Resource,
  copies: readonly string[],
  build: ReleasedImagesArgs["build"],
): command.local.Command {
  const { login, registry } = build;
  const task: Inputs<CopyTask> = login === undefined ? {} : { login: { host: registry.host, ...login } };
  return new command.local.Command(
    "copy",
    {
      create: "node components/image/programs/copy-images.ts",
      environment: { MORGAN_COPIES: copies.join("\n") },
      stdin: pulumi.jsonStringify(task),
      triggers: [copies.join("\n")],
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: [...build.ready] },
  );
}

import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import type { Identity } from "../engine/identity.ts";
import { ROLE_LABEL } from "../engine/labels.ts";
import { containersOf, stackOf } from "../engine/ownership.ts";
import type { Problem } from "../lib/errors.ts";
import { ON_LOOPBACK } from "../lib/image-reference.ts";
import type { Host } from "../host/host.ts";

/** Role of the container of a stack's own registry. */
const ROLE = "registry";

/**
 * Checks a move from the stack's own registry to another. Pulumi 3.259 refuses to remove a protected volume at the end of
 * an `up`, when it has replaced everything else, and does so each time.
 */
export async function checkRegistryMove(
  { stack, images, data }: Pick<MorganConfig, "stack" | "images" | "data">,
  { engine }: Host,
  identity: Identity,
): Promise<Problem[]> {
  if (images.registry.kind === "local") return [];
  if ((await containersOf(engine, identity, ROLE)).length === 0) return [];
  if (!data.protect) {
    // A program cannot read from the state whether a resource is protected.
    await pulumi.log.warn(
      "this run removes the stack's own registry with its images; it fails at its end if the last up still had " +
        "morgan:protectData: then run one with morgan:registry local first",
    );
    return [];
  }
  return [
    {
      key: "morgan:registry",
      expected: "local, as long as morgan:protectData protects the images in the stack's own registry",
      found: `${images.registry.host}/${images.registry.project}`,
      fix:
        `pulumi config set registry local, pulumi config set protectData false, ./morgan up --stack ${stack}; ` +
        "then set the other registry and run up, then set protectData again",
    },
  ];
}

/** Checks that a configured registry is no stack's own, because that takes no writes of other stacks. */
export async function checkRegistryOwner(
  { images: { registry } }: Pick<MorganConfig, "images">,
  { engine }: Pick<Host, "engine">,
): Promise<Problem[]> {
  const port = registry.kind === "remote" ? ON_LOOPBACK.exec(registry.host)?.[1] : undefined;
  if (registry.kind === "local" || port === undefined) return [];
  const containers = await engine.containers({ publishedPorts: [Number(port)] });
  const owner = containers.find(({ labels }) => labels[ROLE_LABEL] === ROLE);
  if (owner === undefined) return [];
  return [
    {
      key: "morgan:registry",
      expected: "local, or a registry that every stack may write to",
      found: `${registry.host}, the own registry of the stack "${stackOf(owner.labels) ?? ""}"`,
      fix: "pulumi config set registry local; a stack that promotes copies the images into its own registry",
    },
  ];
}

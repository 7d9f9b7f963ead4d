import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engine/engine.ts";
import type { ImageSize } from "../engine/images.ts";
import { roleLabels } from "../engine/labels.ts";
import { formatProblems, messageOf, throwProblems, type Problem } from "../lib/errors.ts";
import { installedIn, installedInContainer } from "./installed.ts";
import { digestOf } from "../lib/image-reference.ts";
import type { StackService } from "../catalog/select.ts";
import { budgetProblem, explainSize, isOverBudget } from "./budget.ts";

/** Inputs of a check of sizes. */
export interface SizeCheckArgs {
  /** Name of the stack, to find the containers that run. */
  readonly stack: string;
  readonly services: readonly StackService[];
  /** Ref of each service's image, by name of the service. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Resources that make these images. */
  readonly makers: readonly ImageMaker[];
  /** Effect of an image that is over its budget. */
  readonly sizeBudgets: "enforce" | "warn";
  readonly engine: Engine;
}

/** A service's image as a stack output. */
export interface ServiceImageOutput {
  /** Repository with tag and digest. */
  readonly ref: string;
  readonly digest: string;
  /** In bytes; zeros if the engine does not have the image, because another builder made it. */
  readonly size: ImageSize;
}

/** A resource that makes images. */
export interface ImageMaker {
  readonly urn: pulumi.Output<string>;
  /** An output that is unknown in a preview if images are yet to be made. */
  readonly done: pulumi.Output<string>;
}

/** A service's image after its check. */
export interface CheckedImage {
  /** Its ref, for a container. A preview knows it if no build is due. */
  readonly ref: pulumi.Output<string>;
  readonly output: pulumi.Output<ServiceImageOutput>;
}

/**
 * Returns the images with their sizes, after each is built and checked against its budget. With "warn", an image over
 * its budget is a warning. With "enforce" it is an error, and no image is returned, so that no rollout is half done. In
 * a preview, which may not know all images, each waits for its own check alone. It depends on all of them nevertheless:
 * Pulumi 3.259 refuses an `up --plan` with other dependencies than the preview had.
 */
export function checkSizes(args: SizeCheckArgs): Record<string, CheckedImage> {
  const checked = args.services.flatMap((service) => {
    const image = args.images[service.name];
    return image === undefined
      ? []
      : [[service.name, pulumi.output(image).apply((ref) => checkSize(service, ref, args))] as const];
  });
  const isEnforced = args.sizeBudgets === "enforce";
  const together = isEnforced && !pulumi.runtime.isDryRun() ? allWithin(checked.map(([, image]) => image)) : undefined;
  // Unlike the ref of an image, the URN of its resource is known in a preview.
  const made = pulumi.all(isEnforced ? args.makers.map(({ urn }) => urn) : []);
  const done = pulumi.all(args.makers.map((maker) => maker.done));
  return Object.fromEntries(
    checked.map(([service, image]) => {
      const within = pulumi
        .all([image, together ?? allWithin([image]), made])
        .apply(([{ ref, digest, size }]) => ({ ref, digest, size }));
      // A copy that is still to be made will have a size. So a preview of it knows none.
      const output = within.apply((found) =>
        found.size.unpacked > 0 ? pulumi.output(found) : done.apply(() => found),
      );
      return [service, { ref: within.ref, output }];
    }),
  );
}

/** Fails if images are over their budgets, with all of these images in one message. */
function allWithin(images: readonly pulumi.Output<Checked>[]): pulumi.Output<void> {
  return pulumi.all([...images]).apply((all) => {
    throwProblems(
      all.flatMap(({ problem }) => problem ?? []),
      "no service is deployed; the old containers keep running",
    );
  });
}

interface Checked extends ServiceImageOutput {
  /** Reason why it is not deployed; undefined if it may be deployed. */
  readonly problem: Problem | undefined;
}

async function checkSize({ name, variant }: StackService, ref: string, args: SizeCheckArgs): Promise<Checked> {
  const { engine, sizeBudgets } = args;
  const { budget } = variant;
  const size = await engine.imageSize(ref);
  const output = { ref, digest: digestOf(ref) ?? "", size, problem: undefined };
  if (size.unpacked === 0) await pulumi.log.debug(`${name}: the engine does not have ${ref}; its size is not checked`);
  if (!isOverBudget(size, budget)) return output;
  const reason = await explain(name, output, args);
  const problem = budgetProblem(variant.key, { size, budget, reason });
  if (sizeBudgets === "enforce") return { ...output, problem };
  await pulumi.log.warn(formatProblems([problem], "the image is deployed nevertheless"));
  return output;
}

/** Explains a size. An error in here must not hide the size itself, so it becomes the explanation. */
async function explain(
  service: string,
  { ref, digest }: ServiceImageOutput,
  { stack, engine, sizeBudgets }: SizeCheckArgs,
): Promise<string> {
  try {
    const containers = await engine.containers({ labels: roleLabels(stack, service) });
    // A container that a failed rollout left beside it is newer, and comes earlier in the engine's list.
    const previous = containers.findLast(({ running }) => running);
    const isSame = previous?.image === digest;
    // The reason was printed when the image was deployed. Every run without changes would inspect the image again.
    if (isSame && sizeBudgets === "warn") return "it runs already";
    const [after, before] = await Promise.all([
      installedIn(engine, ref, stack),
      previous === undefined || isSame ? undefined : installedInContainer(engine, previous.id),
    ]);
    return explainSize(after, before);
  } catch (error) {
    return `the growth is not known: ${messageOf(error)}`;
  }
}

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
  /** Image of each service, by name. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Effect of an image that is over its budget. */
  readonly sizeBudgets: "enforce" | "warn";
  readonly engine: Engine;
}

/** A service's image as a stack output. */
export interface ServiceImageOutput {
  /** Repository with tag and digest. */
  readonly ref: string;
  readonly digest: string;
  /** In bytes; zeros where the engine does not have the image, because a builder elsewhere made it. */
  readonly size: ImageSize;
}

/**
 * The images, each with its size, once they are built and checked against the budgets of the catalog. One over its
 * budget is a warning; or an error, and then none of them comes out, so that no service gets a container of it and no
 * rollout is half done. A preview, which may not know all of them, lets each wait for its own check alone.
 */
export function checkSizes(args: SizeCheckArgs): Record<string, pulumi.Output<ServiceImageOutput>> {
  const checked = args.services.flatMap((service) => {
    const image = args.images[service.name];
    return image === undefined
      ? []
      : [[service.name, pulumi.output(image).apply((ref) => checkSize(service, ref, args))] as const];
  });
  const isTogether = args.sizeBudgets === "enforce" && !pulumi.runtime.isDryRun();
  const together = isTogether ? allWithin(checked.map(([, image]) => image)) : undefined;
  return Object.fromEntries(
    checked.map(([service, image]) => [
      service,
      pulumi.all([image, together ?? allWithin([image])]).apply(([{ ref, digest, size }]) => ({ ref, digest, size })),
    ]),
  );
}

/** Fails where images are over their budgets, with all of these in one message. */
function allWithin(images: readonly pulumi.Output<CheckedImage>[]): pulumi.Output<void> {
  return pulumi.all([...images]).apply((all) => {
    throwProblems(
      all.flatMap(({ problem }) => problem ?? []),
      "no service is deployed, what ran before goes on",
    );
  });
}

interface CheckedImage extends ServiceImageOutput {
  /** What keeps it from being deployed. */
  readonly problem: Problem | undefined;
}

async function checkSize({ name, variant }: StackService, ref: string, args: SizeCheckArgs): Promise<CheckedImage> {
  const { engine, sizeBudgets } = args;
  const { budget } = variant;
  const size = await engine.imageSize(ref);
  const output = { ref, digest: digestOf(ref) ?? "", size, problem: undefined };
  if (size.unpacked === 0) await pulumi.log.debug(`${name}: the engine does not have ${ref}; no size is checked`);
  if (!isOverBudget(size, budget)) return output;
  const reason = await explain(name, output, args);
  const problem = budgetProblem(variant.key, { size, budget, reason });
  if (sizeBudgets === "enforce") return { ...output, problem };
  await pulumi.log.warn(formatProblems([problem], "the image is deployed all the same"));
  return output;
}

/** Where a size comes from; a reason that cannot be found out must not hide the size. */
async function explain(
  service: string,
  { ref, digest }: ServiceImageOutput,
  { stack, engine, sizeBudgets }: SizeCheckArgs,
): Promise<string> {
  try {
    const containers = await engine.containers({ labels: roleLabels(stack, service) });
    // One that a failed rollout left beside it is younger.
    const previous = containers.findLast(({ running }) => running);
    const isSame = previous?.image === digest;
    // Told when it was deployed; every run that changes nothing would look into it again.
    if (isSame && sizeBudgets === "warn") return "it runs already";
    const [after, before] = await Promise.all([
      installedIn(engine, ref, stack),
      previous === undefined || isSame ? undefined : installedInContainer(engine, previous.id),
    ]);
    return explainSize(after, before);
  } catch (error) {
    return `what grew is not known: ${messageOf(error)}`;
  }
}

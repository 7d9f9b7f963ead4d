import { counted } from "../../lib/counted.ts";
import { alignColumns } from "../../lib/table.ts";
import type { Plan, PlannedContainer, PlannedImage, PlannedPromotion } from "../plan.ts";
import { describeBytes, describeSeconds } from "./quantities.ts";
import { describeContainerReason, describeImageReason, describeInterruption } from "./reason.ts";
import { describeSummary } from "./summary.ts";
import { visible } from "./visible.ts";

/** The parts of a plan that a face shows. */
export interface Detail {
  /** True for everything, what stays included. Default: only what changes, with a few reasons. */
  readonly all?: boolean;
}

/** Number of reasons of an image or a container that are shown without `all`. */
const REASONS = 3;

/** Returns a plan as lines for people: only what changes, and a last line that sums up. */
export function describePlan(plan: Plan, { all = false }: Detail = {}): string {
  const images = plan.images.filter(({ action }) => all || action !== "cached");
  const containers = plan.containers.filter(({ action }) => all || action !== "untouched");
  const blocks = [
    origin(plan),
    plan.promotion === undefined ? [] : promotionLines(plan.promotion, all),
    images.length === 0
      ? []
      : alignColumns([["image", "what", "why"], ...images.flatMap((image) => imageRows(image, all))]),
    containers.length === 0
      ? []
      : alignColumns([
          ["container", "what", "how", "why"],
          ...containers.flatMap((container) => containerRows(container, all)),
        ]),
    plan.leftOut.map((sentence) => `left out: ${visible(sentence)}`),
    [describeSummary(plan)],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function origin({ comparedWith }: Plan): string[] {
  switch (comparedWith) {
    case "manifest":
      return [];
    case "nothing":
      return ["the stack has not run yet, so everything is new"];
    case "no manifest":
      return ["an older program made this stack, so what it is made of is not recorded; the next up records it"];
  }
}

function imageRows({ name, action, reasons, forecast }: PlannedImage, all: boolean): string[][] {
  const cost = [
    ...(forecast?.seconds === undefined ? [] : [`about ${describeSeconds(forecast.seconds)}`]),
    ...(forecast?.bytes === undefined ? [] : [describeBytes(forecast.bytes)]),
  ].join(", ");
  const [first = "", ...rest] = limited(reasons.map(describeImageReason), all);
  return [
    [visible(name), action, first + (cost === "" ? "" : ` (${cost})`)],
    ...rest.map((reason) => ["", "", reason]),
  ];
}

function containerRows({ name, action, reasons, way, interrupts }: PlannedContainer, all: boolean): string[][] {
  const [first = "", ...rest] = limited(reasons.map(describeContainerReason), all);
  const effect = action === "replace" ? `; ${describeInterruption(interrupts)}` : "";
  return [[visible(name), action, way ?? "", first + effect], ...rest.map((reason) => ["", "", "", reason])];
}

/** Returns the first reasons, and how many more there are. */
export function limited(reasons: readonly string[], all: boolean): readonly string[] {
  if (all || reasons.length <= REASONS + 1) return reasons;
  return [...reasons.slice(0, REASONS), `and ${String(reasons.length - REASONS)} more (--all)`];
}

function promotionLines({ from, to, services, commits }: PlannedPromotion, all: boolean): string[] {
  const title = `release ${from === undefined ? "none" : releaseName(from)} -> ${releaseName(to)}`;
  if (from?.id === to.id) return all ? [title] : [];
  const rows = services
    .filter(({ reasons }) => all || reasons.length > 0)
    .flatMap(({ name, reasons }) => {
      const [first = "the same", ...rest] = limited(reasons.map(describeImageReason), all);
      return [[visible(name), first], ...rest.map((reason) => ["", reason])];
    });
  const listed = commits === undefined ? [] : [`${counted(commits.length, "commit")} between them`];
  return [
    title,
    ...(rows.length === 0 ? [] : alignColumns(rows)),
    ...listed,
    ...limited(
      (commits ?? []).map(({ id, subject }) => `  ${visible(`${id} ${subject}`)}`),
      all,
    ),
  ];
}

function releaseName({ id, revision }: { readonly id: string; readonly revision: string }): string {
  return visible(revision === "" ? id : `${id} (revision ${revision})`);
}

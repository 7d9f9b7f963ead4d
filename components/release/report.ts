import { forStack } from "../lib/hints.ts";
import { digestOf } from "../lib/image-reference.ts";
import { imagesOf, type Release } from "./release.ts";
import type { ReleasePlan } from "./plan.ts";
import { alignColumns } from "../lib/table.ts";

/**
 * Reports the images that an existing release changes in a stack, a line for each, and how to deploy without the change.
 * Empty if the stack builds its own.
 */
export function reportRelease(plan: ReleasePlan, stack: string): string {
  if (plan.kind === "build") return "";
  const { release, history, note, pinned } = plan;
  const before = history.releases.find(({ id }) => id === history.running);
  const differs = before?.id !== release.id;
  const stay = before === undefined || pinned ? "" : `to stay with ${before.id}: ${goBack(before.id, stack)}`;
  return [note, ...(differs ? [...describeChange(before, release), stay] : [])]
    .filter((line) => line !== "")
    .join("\n");
}

function goBack(id: string, stack: string): string {
  return `${forStack("rollback", stack)} --to ${id}`;
}

function describeChange(before: Release | undefined, after: Release): string[] {
  const [old, images] = [before === undefined ? {} : imagesOf(before), imagesOf(after)];
  const changed = Object.keys({ ...images, ...old }).filter(
    (name) => digestOf(old[name] ?? "") !== digestOf(images[name] ?? ""),
  );
  const rows = changed.map((name) => [
    name,
    change(short(old[name]), short(images[name])),
    change(before?.services[name]?.source, after.services[name]?.source),
    change(before?.services[name]?.lock, after.services[name]?.lock),
  ]);
  const lines = alignColumns([["image", "digest", "source", "lock"], ...rows]);
  return [`${title(before)} -> ${title(after)}`, ...lines];
}

/** Describes a release with its source stack: "r0a1b2c3d of organization/morgan/dev, revision 0123456789ab". */
function title(release: Release | undefined): string {
  if (release === undefined) return "nothing";
  const { id, from, revision } = release;
  return `${id}${from === undefined ? "" : ` of ${from.stack}`}${revision === "" ? "" : `, revision ${revision}`}`;
}

function change(before: string | undefined, after: string | undefined): string {
  if (before === undefined && after === undefined) return "";
  return before === after ? (after ?? "") : `${before ?? "-"} -> ${after ?? "-"}`;
}

/** Shortens a digest as `docker images` does. */
function short(ref: string | undefined): string | undefined {
  return digestOf(ref ?? "")?.slice("sha256:".length, "sha256:".length + 12);
}

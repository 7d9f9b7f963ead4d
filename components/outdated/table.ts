import { counted } from "../lib/counted.ts";
import { alignColumns } from "../lib/table.ts";
import { visible } from "../plan/faces/visible.ts";
import type { Moved, Outdated } from "./outdated.ts";

/** Number of names in a cell, above which a cell has the number alone. */
const NAMES = 3;

/** Returns what has moved upstream as lines for people, with a last line that sums up. */
export function describeOutdated({ stack, baseImages, debian, python, unanswered }: Outdated): string {
  const blocks = [
    table("base image", "images", baseImages),
    table("Debian package", "images", debian),
    table("Python package", "lock files", python),
    unanswered.map(({ source, reason }) => visible(`not known: ${source}: ${reason}`)),
    hints({ baseImages, debian, python }),
    [summary({ stack, baseImages, debian, python, unanswered })],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function table(title: string, places: string, moved: readonly Moved[]): string[] {
  if (moved.length === 0) return [];
  const rows = moved.map((one) => [
    visible(one.name),
    shown(one.from),
    shown(one.to),
    listed(one.places, places),
    listed(one.rebuilds, "images"),
  ]);
  return alignColumns([[title, "has", "newest", places, "rebuilds"], ...rows]);
}

/** A digest is longer than a line. */
function shown(version: string): string {
  return visible(version).replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1");
}

function listed(names: readonly string[], noun: string): string {
  return names.length <= NAMES ? names.map(visible).join(", ") : `${String(names.length)} ${noun}`;
}

function hints({ baseImages, debian, python }: Pick<Outdated, "baseImages" | "debian" | "python">): string[] {
  return [
    ...(baseImages.length === 0 ? [] : ["base images: set the newer digest in morgan:upstreamImages"]),
    ...(debian.length === 0 ? [] : ["Debian packages: pulumi config set baseRevision <today>, or a newer base image"]),
    ...(python.length === 0 ? [] : ["Python packages: change requirements/*.in, then npm run lock -- --upgrade"]),
  ];
}

function summary({ stack, baseImages, debian, python, unanswered }: Omit<Outdated, "version">): string {
  const counts = [
    ...(baseImages.length === 0 ? [] : [counted(baseImages.length, "base image")]),
    ...(debian.length === 0 ? [] : [counted(debian.length, "Debian package")]),
    ...(python.length === 0 ? [] : [counted(python.length, "Python package")]),
  ];
  const rest = unanswered.length === 0 ? "" : `; ${counted(unanswered.length, "source")} gave no answer`;
  if (counts.length === 0) return `nothing of "${stack}" has a newer release${rest}`;
  const images = new Set([...baseImages, ...debian, ...python].flatMap(({ rebuilds }) => rebuilds));
  return `${counts.join(", ")} of "${stack}" have a newer release; all of them together rebuild ${counted(images.size, "image")}${rest}`;
}

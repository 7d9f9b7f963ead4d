import type { ImageSize } from "../engine/images.ts";
import type { Problem } from "../lib/errors.ts";
import type { SizeBudget } from "../catalog/service.ts";
import { bytes } from "../lib/units.ts";

/** Sizes in bytes of what is installed in an image, by name and kind: "torch (Python)", "espeak-ng (Debian)". */
export type Installed = Readonly<Record<string, number>>;

/** A package, or the files of a folder, that grew since the image before. */
export interface Growth {
  readonly name: string;
  /** Growth in bytes; the whole size if it is new. */
  readonly more: number;
  readonly isNew: boolean;
}

/** Most entries that a reason lists: the entry that broke a budget is among the largest. */
const NAMED = 5;
/** Smallest growth in bytes that is listed: less would be printed as 0.0 MB. */
const LEAST = 50_000;

/** True if an image is larger than its budget. A size of zero is not known, and within every budget. */
export function isOverBudget(size: ImageSize, budget: SizeBudget): boolean {
  return size.unpacked > bytes(budget.unpacked) || size.compressed > bytes(budget.compressed);
}

/** Returns what grew since the image before, largest growth first. */
export function growth(after: Installed, before: Installed): Growth[] {
  return Object.entries(after)
    .map(([name, size]) => ({ name, more: size - (before[name] ?? 0), isNew: !(name in before) }))
    .filter(({ more }) => more >= LEAST)
    .sort((a, b) => b.more - a.more);
}

/**
 * Explains a size in a few words. Lists what grew since the image before, or the largest entries if nothing grew or
 * there is no such image.
 */
export function explainSize(after: Installed, before: Installed | undefined): string {
  const grown = before === undefined ? [] : growth(after, before);
  if (grown.length > 0) {
    return `grew since the image that runs: ${grown
      .slice(0, NAMED)
      .map(({ name, more, isNew }) => `${name} +${megabytes(more)}${isNew ? ", new" : ""}`)
      .join("; ")}`;
  }
  const largest = Object.entries(after).sort(([, a], [, b]) => b - a);
  const list = largest.slice(0, NAMED).map(([name, size]) => `${name} ${megabytes(size)}`);
  return `${before === undefined ? "" : "nothing grew since the image that runs; "}largest: ${list.join("; ")}`;
}

/**
 * Returns the problem of an image that is over its budget.
 *
 * @param variant - key of the variant in the catalog.
 */
export function budgetProblem(
  variant: string,
  { size, budget, reason }: { readonly size: ImageSize; readonly budget: SizeBudget; readonly reason: string },
): Problem {
  return {
    key: `${variant}.budget`,
    expected: `at most ${budget.unpacked} unpacked and ${budget.compressed} compressed`,
    found: `${megabytes(size.unpacked)} unpacked and ${megabytes(size.compressed)} compressed; ${reason}`,
    fix: "make the image smaller, or raise the budget in services/catalog.ts",
  };
}

function megabytes(size: number): string {
  return `${(size / 1e6).toFixed(1)} MB`;
}

import { given } from "../lib/given.ts";
import type { StageManifest } from "./manifest.ts";
import type { Change, ImageReason } from "./plan.ts";

/** Rows of the CUDA compatibility table before and after. */
export interface CudaRows {
  readonly from: string;
  readonly to: string;
}

/** Returns every cause in a stage itself for another image. The images below it are no part of this. */
export function ownReasons(before: StageManifest, after: StageManifest, cuda: CudaRows): ImageReason[] {
  return [
    ...baseImageReasons(before, after),
    ...fileReasons(before, after),
    ...lockReasons(before, after, cuda),
    ...listed(before.debian, after.debian).map(({ item, change }): ImageReason => ({
      kind: "Debian package",
      name: item,
      change,
    })),
    ...argumentReasons(before, after),
    ...instructionReasons(before, after),
  ];
}

/** The argument that names an upstream image which is used as it is. */
const IMAGE = "image";

function baseImageReasons(before: StageManifest, after: StageManifest): ImageReason[] {
  const [from, to] = [before.arguments[IMAGE], after.arguments[IMAGE]];
  if (from === to) return [];
  return [{ kind: "base image", name: nameOf(to ?? from ?? ""), ...given({ from, to }) }];
}

function nameOf(ref: string): string {
  return ref.split("@")[0] ?? ref;
}

function fileReasons({ files: before }: StageManifest, { files: after }: StageManifest): ImageReason[] {
  return differences(before, after).map(({ key, change }) => ({ kind: "file", path: key, change }));
}

function lockReasons(before: StageManifest, after: StageManifest, cuda: CudaRows): ImageReason[] {
  const path = after.lockFile ?? before.lockFile;
  if (path === undefined || (before.lockFile === after.lockFile && before.lock === after.lock)) return [];
  // Another row has other lock files, in which hundreds of versions differ.
  if (before.lockFile !== after.lockFile && cuda.from !== "" && cuda.to !== "" && cuda.from !== cuda.to)
    return [{ kind: "CUDA", ...cuda }];
  const packages = differences(before.packages, after.packages).map(({ key, from, to }): ImageReason => ({
    kind: "package",
    name: key,
    ...given({ from, to }),
    lockFile: path,
  }));
  return packages.length > 0 ? packages : [{ kind: "lock file", path }];
}

function argumentReasons(before: StageManifest, after: StageManifest): ImageReason[] {
  const values = differences(withoutImage(before.arguments), withoutImage(after.arguments));
  const below = differences(before.parents, after.parents);
  return [...values, ...below].map(({ key, from, to }) => ({ kind: "argument", name: key, ...given({ from, to }) }));
}

function withoutImage(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== IMAGE));
}

/** An instruction whose first words stay and whose rest differs has changed. */
function instructionReasons(
  { instructions: before }: StageManifest,
  { instructions: after }: StageManifest,
): ImageReason[] {
  const found = listed(before, after).map(({ item, change }) => ({ text: item.replace(/ #[0-9a-f]+$/, ""), change }));
  const reasons = found.flatMap(({ text, change }): { text: string; change: Change }[] => {
    const other = found.some((one) => one.text === text && one.change !== change);
    if (other) return change === "added" ? [{ text, change: "changed" }] : [];
    return [{ text, change }];
  });
  if (reasons.length === 0 && before.join("\n") !== after.join("\n"))
    return [{ kind: "instruction", text: "their order", change: "changed" }];
  return reasons.map(({ text, change }) => ({ kind: "instruction", text, change }));
}

/** Returns the items that one of two lists has and the other has not. */
function listed(before: readonly string[], after: readonly string[]): { item: string; change: "added" | "removed" }[] {
  const missing = (items: readonly string[], others: readonly string[]): string[] => {
    const left = [...others];
    return items.filter((item) => {
      const place = left.indexOf(item);
      if (place >= 0) left.splice(place, 1);
      return place < 0;
    });
  };
  return [
    ...missing(before, after).map((item) => ({ item, change: "removed" as const })),
    ...missing(after, before).map((item) => ({ item, change: "added" as const })),
  ];
}

/** An entry of two records that differs. */
export interface Difference {
  readonly key: string;
  readonly change: Change;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Returns the entries that differ between two records, by key. */
export function differences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((key) => {
    const [from, to] = [before[key], after[key]];
    if (from === to) return [];
    const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
    return [{ key, change, from, to }];
  });
}

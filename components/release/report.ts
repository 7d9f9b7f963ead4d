import { forStack } from "../lib/hints.ts";
import type { ReleasePlan } from "./plan.ts";

/**
 * Reports the note of an existing release, and how to deploy without the change of the release. The plan has what
 * differs. Empty if the stack builds its own images, and if nothing is to be said.
 */
export function reportRelease(plan: ReleasePlan, stack: string): string {
  if (plan.kind === "build") return "";
  const { release, history, note, pinned } = plan;
  const before = history.releases.find(({ id }) => id === history.running);
  const stays = before === undefined || pinned || before.id === release.id;
  return [note, stays ? "" : `to stay with ${before.id}: ${goBack(before.id, stack)}`]
    .filter((line) => line !== "")
    .join("\n");
}

function goBack(id: string, stack: string): string {
  return `${forStack("rollback", stack)} --to ${id}`;
}

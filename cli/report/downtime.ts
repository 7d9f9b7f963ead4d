import type { Gap } from "../../components/engine/gaps.ts";

/** The report on gaps, a line each. */
export function describeGaps(gaps: readonly Gap[]): string[] {
  return gaps.map(({ role, length }) => {
    const seconds = (length / 1000).toFixed(1);
    return `${role}: no container served for ${seconds} s (replaced stop-first)`;
  });
}

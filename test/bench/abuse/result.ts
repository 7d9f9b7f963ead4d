import type { Answers } from "./connections.ts";
import type { Turns } from "./ordinary-client.ts";

/** Result of one attack. */
export interface AttackResult {
  readonly attack: string;
  readonly answers: Answers;
  readonly turns: Turns;
  /** Roles of the containers that ended or started meanwhile. */
  readonly restarted: readonly string[];
}

/** The time in milliseconds in which every turn of the ordinary client has to be answered. */
export const TURN_LIMIT = 2000;

/** Returns the results as a table of Markdown. */
export function describeAbuse(results: readonly AttackResult[]): string {
  const rows = results.map(({ attack, answers, turns, restarted }) => [
    attack,
    countsOf(answers),
    `${(turns.slowest / 1000).toFixed(2)} s`,
    `${String(turns.count)}, ${String(turns.refusals.length)} refused`,
    restarted.length === 0 ? "none" : restarted.join(", "),
  ]);
  const header = ["attack", "its answers", "slowest ordinary turn", "ordinary turns", "restarts"];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Returns a sentence for each promise that an attack broke. */
export function brokenPromises(results: readonly AttackResult[]): string[] {
  return results.flatMap(({ attack, answers, turns, restarted }) => [
    ...restarted.map((role) => `${attack}: the container of ${role} ended`),
    ...(turns.slowest < TURN_LIMIT ? [] : [`${attack}: an ordinary turn took ${(turns.slowest / 1000).toFixed(2)} s`]),
    ...(turns.count > 0 ? [] : [`${attack}: the ordinary client took no turn`]),
    ...(answers["closed"] === undefined ? [] : [`${attack}: ${String(answers["closed"])} connections got no answer`]),
  ]);
}

function countsOf(answers: Answers): string {
  return Object.entries(answers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([answer, count]) => `${String(count)} × ${answer === "none" ? "held open" : answer}`)
    .join(", ");
}

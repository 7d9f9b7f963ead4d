import type { Upgrade } from "./outdated.ts";

/**
 * Parses what apt 2.6 prints for a simulated upgrade: "Inst libssl3 [3.0.15-1] (3.0.17-1 Debian:12/stable [amd64])".
 * A package that an upgrade would add is left out, because no image has it.
 */
export function parseUpgrades(printed: string): Upgrade[] {
  return printed.split("\n").flatMap((line): Upgrade[] => {
    const [, name, from, to] = /^Inst (\S+) \[([^\]\s]+)\] \((\S+) /.exec(line) ?? [];
    return name === undefined || from === undefined || to === undefined ? [] : [{ name, from, to }];
  });
}

/** Returns the line of a program's errors that gives the reason: the last one that is no hint. */
export function reasonIn(printed: string): string {
  const lines = printed.split("\n").map((line) => line.replace(/^[\s×│├╰─▶>=]+/u, "").trim());
  const telling = lines.filter((line) => line !== "" && !/^(?:hint|warning|note)\b/i.test(line));
  return telling.at(-1) ?? "no reason was given";
}

import type { Instruction } from "../instruction.ts";

/** What builds need and images must not hold: uv, mounted into the RUN that uses it. */
export function toolsRecipe(): readonly Instruction[] {
  return [
    { kind: "from", image: "scratch" },
    { kind: "copy", source: "uv", destination: "/uv", mode: "0755" },
  ];
}

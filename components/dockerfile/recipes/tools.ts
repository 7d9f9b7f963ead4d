import type { Instruction } from "../instruction.ts";

/** Programs for builds that no image may contain: uv, which is mounted into the RUN that uses it. */
export function toolsRecipe(): readonly Instruction[] {
  return [
    { kind: "from", image: "scratch" },
    { kind: "copy", source: "uv", destination: "/uv", mode: "0755" },
  ];
}

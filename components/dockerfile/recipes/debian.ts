import type { Instruction } from "../instruction.ts";

/** Debian, from a root file system in the build context. */
export function debianRecipe(): readonly Instruction[] {
  return [
    { kind: "from", image: "scratch" },
    { kind: "add", source: "rootfs.tar", destination: "/" },
    { kind: "cmd", command: ["bash"] },
  ];
}

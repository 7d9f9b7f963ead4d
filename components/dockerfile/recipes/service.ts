import type { Instruction } from "../instruction.ts";
import { APP, SERVICE_USER } from "../../catalog/image-contract.ts";

/**
 * One service: its code, built on its dependencies. The code is the last layer, so a changed line pushes a small one.
 */
export function serviceRecipe(name: string, port: number): readonly Instruction[] {
  return [
    { kind: "from", image: "deps" },
    { kind: "user", user: SERVICE_USER },
    { kind: "expose", port },
    { kind: "cmd", command: ["python", "-m", `morgan_${name}`] },
    { kind: "copy", source: ".", destination: APP },
  ];
}

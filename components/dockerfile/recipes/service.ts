import type { Instruction } from "../instruction.ts";
import { APP, SERVICE_USER } from "../../catalog/image-contract.ts";

/** One service: its code on its dependencies. The code comes last, so that a changed line pushes one small layer. */
export function serviceRecipe(name: string, port: number): readonly Instruction[] {
  return [
    { kind: "from", image: "deps" },
    { kind: "user", user: SERVICE_USER },
    { kind: "expose", port },
    { kind: "cmd", command: ["python", "-m", `morgan_${name}`] },
    { kind: "copy", source: ".", destination: APP },
  ];
}

import type { EngineApi } from "./api.ts";
import { field, list, stringOr } from "../lib/json.ts";

/** The names of an engine. */
export interface EngineIdentity {
  /** Id that the engine made up for itself when it first started. */
  readonly id: string;
  /** Name of the machine that it runs on. */
  readonly name: string;
}

/** The part of an engine's facts that a stack's outputs keep, for a preview without the engine. */
export interface RecordedEngine extends EngineIdentity {
  /** Architecture of its containers, by Go's name: "amd64", "arm64". */
  readonly architecture: string;
  /** Processors that its containers can use. */
  readonly processors: number;
}

/** Facts about an engine. */
export interface EngineFacts extends RecordedEngine {
  /** Version: "28.5.2". */
  readonly version: string;
  /** True if it runs without root, as a user's own. */
  readonly isRootless: boolean;
}

/** Requests about the engine itself. */
export interface FactRequests {
  /** Facts about the engine. @throws Error with the reason if no engine answers. */
  facts(): Promise<EngineFacts>;
  /** The time of the engine's own clock. @throws Error if no engine answers. */
  clock(): Promise<Date>;
}

/** The facts of the engine behind an API. */
export function factRequests(api: EngineApi): FactRequests {
  return {
    async facts() {
      const info = await api.get("/info");
      const id = stringOr(field(info, "ID"), "");
      if (id === "") throw new Error("the program that answers there is no container engine");
      return {
        id,
        name: stringOr(field(info, "Name"), ""),
        version: stringOr(field(info, "ServerVersion"), ""),
        architecture: architectureOf(stringOr(field(info, "Architecture"), "")),
        processors: Number(field(info, "NCPU")),
        isRootless: list(field(info, "SecurityOptions")).includes("name=rootless"),
      };
    },
    async clock() {
      return new Date(stringOr(field(await api.get("/info"), "SystemTime"), ""));
    },
  };
}

/** Go's name of an architecture that the kernel names. */
function architectureOf(machine: string): string {
  return { x86_64: "amd64", aarch64: "arm64" }[machine] ?? machine;
}

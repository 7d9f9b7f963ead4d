import { recordedEngine } from "./binding.ts";
import type { InspectedContainer } from "./containers.ts";
import type { Engine } from "./engine.ts";
import type { EngineFacts } from "./facts.ts";
import { field, stringOr } from "../lib/json.ts";

/**
 * Wraps an engine that a preview does not ask: what the state has counts as there, and as ready, as the last `up` left
 * it. Nobody knows the size of an image that no `up` has measured.
 */
export function absentEngine(engine: Engine): Engine {
  return {
    ...engine,
    containers: () => Promise.resolve([]),
    inspect: (id) => Promise.resolve({ ...RECORDED, id }),
    health: () => Promise.resolve(RECORDED.health),
    imageSize: () => Promise.resolve({ compressed: 0, unpacked: 0 }),
  };
}

const RECORDED: InspectedContainer = {
  id: "",
  name: "",
  status: "running",
  health: "healthy",
  lastProbe: "",
  createdAt: "",
  startedAt: "",
  exitCode: 0,
  restarts: 0,
  labels: {},
};

/** Returns the facts about its engine that a stack's outputs keep, whatever program wrote the outputs. */
export function recordedFacts(outputs: unknown): EngineFacts {
  const engine = field(outputs, "engine");
  const processors = field(engine, "processors");
  return {
    ...(recordedEngine(outputs) ?? { id: "", name: "" }),
    version: "",
    architecture: stringOr(field(engine, "architecture"), "amd64"),
    // An engine with too few processors would give a container fewer than the catalog does.
    processors: typeof processors === "number" ? processors : Infinity,
    isRootless: false,
  };
}

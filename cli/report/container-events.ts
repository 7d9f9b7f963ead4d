import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { ROLE_LABEL } from "../../components/engine/labels.ts";
import { watchContainersOf } from "../../components/engine/ownership.ts";
import type { ContainerEvent } from "../../components/engine/gaps.ts";

/** A watch over the containers of a stack. */
export interface ContainerWatch {
  /** Ends the watch and returns the events since it began. */
  stop(identity: Identity): readonly ContainerEvent[];
}

/**
 * Watches the containers of a stack while an operation changes them. Docker 28 keeps its last 256 events only, and
 * health checks alone make more within seconds, so a question afterwards would be too late.
 */
export function watchContainers(engine: Engine, stack: string): ContainerWatch {
  const stop = watchContainersOf(engine, stack, ["kill", "die", "health_status"]);
  return {
    stop: (identity) =>
      stop(identity).map(({ at, action, id, labels }) => ({ at, action, id, role: labels[ROLE_LABEL] ?? "" })),
  };
}

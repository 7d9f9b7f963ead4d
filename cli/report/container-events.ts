import type { Engine } from "../../components/engine/engine.ts";
import { ROLE_LABEL, STACK_LABEL } from "../../components/engine/labels.ts";
import type { ContainerEvent } from "./downtime.ts";

/** A watch over the containers of a stack. */
export interface ContainerWatch {
  /** Ends the watch and returns the events since it began. */
  stop(): readonly ContainerEvent[];
}

/**
 * Watches the containers of a stack while an operation changes them. Docker 28 keeps its last 256 events only, and
 * health checks alone make more within seconds, so a question afterwards would be too late.
 */
export function watchContainers(engine: Engine, stack: string): ContainerWatch {
  const events: ContainerEvent[] = [];
  const filter = { labels: { [STACK_LABEL]: stack }, actions: ["kill", "die", "health_status"] };
  const stop = engine.watchContainers(filter, ({ at, action, id, labels }) => {
    events.push({ at, action, id, role: labels[ROLE_LABEL] ?? "" });
  });
  return {
    stop() {
      stop();
      return events;
    },
  };
}

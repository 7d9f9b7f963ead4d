import type { Engine } from "./engine.ts";
import type { Identity } from "./identity.ts";
import { ROLE_LABEL } from "./labels.ts";
import { watchContainersOf } from "./ownership.ts";

/** Something that happened to a container of a stack. */
export interface ContainerEvent {
  /** Time in milliseconds. */
  readonly at: number;
  /** "start", "kill", "die", "health_status: healthy", … */
  readonly action: string;
  /** Id of the container. */
  readonly id: string;
  /** Its logical name. */
  readonly role: string;
}

/** A time in which no container of a role served. */
export interface Gap {
  readonly role: string;
  /** In milliseconds. */
  readonly length: number;
}

/**
 * The times in which no container of a role served. A container serves from its first good health check until its stop
 * begins, or it dies. The requests that it still finishes then are no service to new requests.
 */
export function gapsIn(events: readonly ContainerEvent[]): Gap[] {
  const ordered = events.toSorted((a, b) => a.at - b.at);
  return [...Map.groupBy(ordered, ({ role }) => role)].flatMap(([role, all]) => {
    const serving = servingBefore(all);
    let since: number | undefined;
    return all.flatMap(({ at, action, id }): Gap[] => {
      if (ENDS.has(action) && serving.delete(id) && serving.size === 0) since = at;
      if (action !== HEALTHY) return [];
      serving.add(id);
      const begun = since;
      since = undefined;
      return begun === undefined ? [] : [{ role, length: at - begun }];
    });
  });
}

const HEALTHY = "health_status: healthy";
const ENDS: ReadonlySet<string> = new Set(["kill", "die"]);

/** A container whose first event is an end was already running. */
function servingBefore(events: readonly ContainerEvent[]): Set<string> {
  const first = [...Map.groupBy(events, ({ id }) => id)].flatMap(([, [event]]) => event ?? []);
  return new Set(first.filter(({ action }) => ENDS.has(action)).map(({ id }) => id));
}

/** A watch over the containers of a stack. */
export interface ContainerWatch {
  /** Ends the watch and returns the events since it began. */
  stop(identity: Identity): readonly ContainerEvent[];
}

/**
 * Watches the containers of a stack while an operation changes them. Docker 28 keeps its last 256 events only, and
 * health checks alone make more within seconds, so a question afterwards would be too late.
 */
export function watchContainers(engine: Pick<Engine, "watchContainers">, stack: string): ContainerWatch {
  const stop = watchContainersOf(engine, stack, ["start", "kill", "die", "health_status"]);
  return {
    stop: (identity) =>
      stop(identity).map(({ at, action, id, labels }) => ({ at, action, id, role: labels[ROLE_LABEL] ?? "" })),
  };
}

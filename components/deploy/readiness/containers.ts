import { endOfLog } from "../../engine/container-log.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Identity } from "../../engine/identity.ts";
import { ROLE_LABEL } from "../../engine/labels.ts";
import { containersOf } from "../../engine/ownership.ts";
import type { ContainerState } from "./verdict.ts";

/** The containers of a stack, as the readiness gate uses them. */
export interface Containers {
  /** Limits the processes and threads of a container. */
  limit(id: string, pids: number): Promise<void>;
  /** The present states of containers; a container that is gone is left out. */
  states(ids: readonly string[]): Promise<readonly ContainerState[]>;
  start(id: string): Promise<void>;
  /** Stops a container, after the time that it was given to finish its work. */
  stop(id: string): Promise<void>;
  /** True if another healthy container of the same stack does the same work. */
  hasStandIn(id: string): Promise<boolean>;
  /** The end of its log, and the last line of its health check. */
  log(id: string): Promise<string>;
}

/** The containers of a stack in an engine. */
export function engineContainers(engine: Engine, identity: Identity): Containers {
  return {
    limit: (id, pids) => engine.limitProcesses(id, pids),
    async states(ids) {
      const found = await Promise.all(ids.map((id) => engine.inspect(id)));
      return found.flatMap((container) => container ?? []);
    },
    start: (id) => engine.start(id),
    stop: (id) => engine.stop(id),
    async hasStandIn(id) {
      const own = await engine.inspect(id);
      // Somebody removed the container.
      if (own === undefined) return false;
      const sameRole = await containersOf(engine, identity, own.labels[ROLE_LABEL] ?? "");
      const others = sameRole.filter((other) => other.running && other.id !== id);
      const healths = await Promise.all(others.map((other) => engine.health(other.id)));
      return healths.includes("healthy");
    },
    log: (id) => endOfLog(engine, id),
  };
}

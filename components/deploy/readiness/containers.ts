import { engineApi } from "../../engine/api.ts";
import { docker, logOf, runDocker } from "../../engine/docker-client.ts";
import type { Look } from "./verdict.ts";

/** What is done with a stack's containers once they run. */
export interface Containers {
  /** Limits how many processes and threads it may have. */
  limit(id: string, pids: number): Promise<void>;
  /** How they are now; one that is gone is left out. */
  look(ids: readonly string[]): Promise<readonly Look[]>;
  start(id: string): Promise<void>;
  /** Stops it, with the time that it was given to finish what it has. */
  stop(id: string): Promise<void>;
  /** Whether another container of the same stack does the same work. */
  hasStandIn(id: string): Promise<boolean>;
  /** The end of its log, and what its last health check printed. */
  log(id: string): Promise<string>;
}

/**
 * The containers of the engine behind `DOCKER_HOST`, as `connectEngine` takes it. What is asked while containers start goes
 * to the engine itself: the Docker client would take 30 ms of a processor that they start on.
 */
export function engineContainers(host: string): Containers {
  const api = engineApi(host);
  return {
    async limit(id, pids) {
      await api.post(`/containers/${id}/update`, { PidsLimit: pids });
    },
    async look(ids) {
      const found = await Promise.all(ids.map((id) => api.get(`/containers/${id}/json`)));
      return (found as readonly (Inspected | undefined)[]).flatMap((container) => container ?? []).map(lookOf);
    },
    async start(id) {
      await docker("container", "start", id);
    },
    async stop(id) {
      await docker("container", "stop", id);
    },
    async hasStandIn(id) {
      const labels = await runDocker("container", "inspect", "--format", LABELS, id);
      // One that somebody removed.
      if (!labels.succeeded) return false;
      const filters = labels.output
        .trim()
        .split(" ")
        .flatMap((label) => ["--filter", `label=${label}`]);
      const others = await docker("ps", "--quiet", "--no-trunc", "--filter", "health=healthy", ...filters);
      return others.split("\n").some((other) => other !== "" && other !== id);
    },
    log: logOf,
  };
}

/** A container as the engine's API tells of it. */
interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string } | null;
  };
}

function lookOf({ Id, Name, RestartCount, State }: Inspected): Look {
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    status: State.Status,
    health: State.Health?.Status ?? "none",
    startedAt: State.StartedAt,
    restarts: RestartCount,
  };
}

const LABELS =
  'morgan.stack={{index .Config.Labels "morgan.stack"}} morgan.role={{index .Config.Labels "morgan.role"}}';

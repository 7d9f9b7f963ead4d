import { createInterface } from "node:readline";
import type { EngineApi } from "./api.ts";
import { field, strings, stringOr } from "../lib/json.ts";

/** Something that happened to a container. */
export interface EngineEvent {
  /** Time in milliseconds since 1970. */
  readonly at: number;
  /** "start", "kill", "die", "health_status: healthy", … */
  readonly action: string;
  /** Id of the container. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The events to watch. */
export interface EventFilter {
  /** Labels of the containers, with their values. */
  readonly labels: Readonly<Record<string, string>>;
  /** "kill", "die", "health_status", … */
  readonly actions: readonly string[];
}

/** Requests about what happens. */
export interface EventRequests {
  /**
   * Calls `note` for every event from now on, until the returned function is called. Nothing happens on an engine that
   * cannot be reached. The process ends without waiting for it.
   */
  watchContainers(filter: EventFilter, note: (event: EngineEvent) => void): () => void;
}

/** The events of the engine behind an API. */
export function eventRequests(api: EngineApi): EventRequests {
  return {
    watchContainers({ labels, actions }, note) {
      const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      const filters = JSON.stringify({ type: ["container"], event: actions, label });
      let isOver = false;
      let close = (): void => undefined;
      api.watch(`/events?filters=${encodeURIComponent(filters)}`).then(
        (stream) => {
          close = () => void stream.destroy();
          if (isOver) close();
          stream.on("error", close);
          createInterface(stream).on("line", (line) => {
            note(readEvent(line));
          });
        },
        () => undefined,
      );
      return () => {
        isOver = true;
        close();
      };
    },
  };
}

function readEvent(line: string): EngineEvent {
  const event: unknown = JSON.parse(line);
  const actor = field(event, "Actor");
  return {
    at: Number(field(event, "timeNano")) / 1e6,
    action: stringOr(field(event, "Action"), ""),
    id: stringOr(field(actor, "ID"), ""),
    labels: strings(field(actor, "Attributes")),
  };
}

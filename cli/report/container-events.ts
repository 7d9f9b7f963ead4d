import { createInterface } from "node:readline";
import { engineApi } from "../../components/engine/api.ts";
import type { ContainerEvent } from "./downtime.ts";

/** What happens to the containers of a stack from now on. */
export interface ContainerEvents {
  /** All that has happened; ends the watch. */
  stop(): readonly ContainerEvent[];
}

/**
 * Watches a stack's containers while something is done to them. Asking afterwards would be too late: an engine keeps its
 * last 256 events, and probes alone make more within seconds. An engine that cannot be watched tells of nothing.
 */
export function watchContainers(stack: string, host: string): ContainerEvents {
  const events: ContainerEvent[] = [];
  const filters = { type: ["container"], event: ["kill", "die", "health_status"], label: [`morgan.stack=${stack}`] };
  const opened = engineApi(host).watch(`/events?filters=${encodeURIComponent(JSON.stringify(filters))}`);
  let isOver = false;
  let close = (): void => undefined;
  opened.then(
    (stream) => {
      close = () => void stream.destroy();
      if (isOver) close();
      stream.on("error", close);
      createInterface(stream).on("line", (line) => events.push(readEvent(line)));
    },
    () => undefined,
  );
  return {
    stop() {
      isOver = true;
      close();
      return events;
    },
  };
}

interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

function readEvent(line: string): ContainerEvent {
  const { Action: action, Actor: actor, timeNano } = JSON.parse(line) as EngineEvent;
  const { "morgan.role": role = "" } = actor.Attributes;
  return { at: timeNano / 1e6, action, id: actor.ID, role };
}

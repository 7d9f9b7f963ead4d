import type { ContainerEvent } from "../engine/gaps.ts";
import type { Span, Timeline } from "../plan/last-up.ts";
import type { Build } from "./history.ts";

/** Inputs of the timeline of an `up`. */
export interface TimelineArgs {
  /** Time at which the program began, in milliseconds since 1970. */
  readonly began: number;
  readonly now: number;
  readonly builds: readonly Build[];
  readonly events: readonly ContainerEvent[];
}

/** Returns when the builds and the containers of an `up` began and ended. A build that began before it is left out. */
export function timelineOf({ began, now, builds, events }: TimelineArgs): Timeline {
  // The clock of the engine's machine may be another one.
  const at = (time: number): number => tenths(Math.min(Math.max(time, began), now) - began);
  const span = (name: string, from: number, to: number): Span => ({ name, from: at(from), to: at(to) });
  const own = builds.filter((build) => build.began >= began && build.began <= now);
  return {
    began: Math.round(began),
    seconds: tenths(now - began),
    builds: ordered(own.map(({ stage, began: from, seconds }) => span(stage, from, from + seconds * 1000))),
    containers: ordered(readyIn(events).map(({ role, from, to }) => span(role, from, to))),
  };
}

interface Ready {
  readonly role: string;
  readonly from: number;
  readonly to: number;
}

/** Returns the containers that started and became healthy, each from its start to its first good health check. */
function readyIn(events: readonly ContainerEvent[]): Ready[] {
  const starts = new Map<string, number>();
  return events
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, action, id, role }): Ready[] => {
      if (action === "start") starts.set(id, at);
      const from = starts.get(id);
      if (action !== "health_status: healthy" || from === undefined) return [];
      starts.delete(id);
      return [{ role, from, to: at }];
    });
}

function ordered(spans: readonly Span[]): Span[] {
  return spans.toSorted((a, b) => a.from - b.from || (a.name < b.name ? -1 : 1));
}

/** Returns milliseconds as seconds, to a tenth: a picture shows no more. */
function tenths(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}

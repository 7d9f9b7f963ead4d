/** Something that happened to a container of a stack. */
export interface ContainerEvent {
  /** When, in milliseconds. */
  readonly at: number;
  /** "start", "kill", "die", "health_status: healthy", … */
  readonly action: string;
  /** Id of the container. */
  readonly id: string;
  /** What it does in the stack. */
  readonly role: string;
}

/** A time in which no container of a role served. */
export interface Gap {
  readonly role: string;
  /** In milliseconds. */
  readonly length: number;
}

/**
 * The times in which no container of a role served, from what happened to them. One serves from its first good health
 * check until it is told to stop, or dies: what it still finishes is no service to new requests.
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

/** What ends without having begun was there before. */
function servingBefore(events: readonly ContainerEvent[]): Set<string> {
  const first = [...Map.groupBy(events, ({ id }) => id)].flatMap(([, [event]]) => event ?? []);
  return new Set(first.filter(({ action }) => ENDS.has(action)).map(({ id }) => id));
}

/** What is told of gaps, a line each. */
export function describeGaps(gaps: readonly Gap[]): string[] {
  return gaps.map(({ role, length }) => {
    const seconds = (length / 1000).toFixed(1);
    return `${role}: no container served for ${seconds} s (replaced stop-first)`;
  });
}

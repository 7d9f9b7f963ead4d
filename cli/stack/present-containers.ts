import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { containersOf } from "../../components/engine/ownership.ts";
import type { RecordedContainer } from "./state.ts";

/** The recorded containers that are not as an `up` left them. */
export interface Absences {
  /** Containers that are gone from the engine. */
  readonly missing: readonly RecordedContainer[];
  /** Containers that somebody stopped. */
  readonly stopped: readonly RecordedContainer[];
}

/** Compares the recorded containers of a stack with those in the engine; finds nothing on an engine without answer. */
export async function findAbsent(
  engine: Engine,
  identity: Identity,
  recorded: readonly RecordedContainer[],
): Promise<Absences> {
  if (recorded.length === 0) return { missing: [], stopped: [] };
  const listed = await containersOf(engine, identity).catch(() => undefined);
  if (listed === undefined) return { missing: [], stopped: [] };
  const running = new Map(listed.map((container) => [container.id, container.running]));
  return {
    missing: recorded.filter(({ id }) => !running.has(id)),
    stopped: recorded.filter(({ id, runs }) => runs && running.get(id) === false),
  };
}

/** A container that does not serve. */
export interface Unhealthy {
  readonly name: string;
  /** Its health: "unhealthy", "starting", "gone", or its status: "exited", "paused", … */
  readonly state: string;
}

/** Longest wait until started containers are healthy, in milliseconds: weights may have to be loaded. */
const LIMIT = 180_000;
const PAUSE = 200;
/** Time between two lines about a wait, in milliseconds. */
const REPORT = 10_000;

/**
 * The recorded containers that are not healthy, after a wait for those that start. `report` gets a line every 10 s.
 */
export async function findUnhealthy(
  engine: Engine,
  recorded: readonly RecordedContainer[],
  report: (line: string) => void,
): Promise<Unhealthy[]> {
  const begin = Date.now();
  let reported = begin;
  for (;;) {
    const states = await Promise.all(
      recorded.filter(({ runs }) => runs).map(async ({ id, name }) => ({ name, state: await stateOf(engine, id) })),
    );
    const unhealthy = states.filter(({ state }) => state !== "healthy");
    const starting = unhealthy.filter(({ state }) => state === "starting");
    if (starting.length === 0 || Date.now() - begin > LIMIT) return unhealthy;
    if (Date.now() - reported > REPORT) {
      reported = Date.now();
      report(`waiting until healthy: ${starting.map(({ name }) => name).join(", ")}`);
    }
    await sleep(PAUSE);
  }
}

/** A container without a health check is healthy if it runs. */
async function stateOf(engine: Engine, id: string): Promise<string> {
  const container = await engine.inspect(id);
  if (container === undefined) return "gone";
  if (container.status !== "running") return container.status;
  return container.health === "none" ? "healthy" : container.health;
}

/** Describes containers that do not serve, with the remedy. */
export function describeUnhealthy(unhealthy: readonly Unhealthy[], remedy: string): string {
  const states = unhealthy.map(({ name, state }) => `${name} is ${state}`).join(", ");
  return `what was deployed is not healthy: ${states}. When the cause is mended: ${remedy}`;
}

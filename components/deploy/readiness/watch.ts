import type { Clock } from "./clock.ts";
import type { Containers } from "./containers.ts";
import { isReady, whatBecame, whyHopeless, type Failure, type Look } from "./verdict.ts";

/** What is to be done with the containers of a stack. */
export interface Task {
  /** Ids of all of them. */
  readonly containers: readonly string[];
  /** Ids of those that were watched by an earlier run, to its end. */
  readonly settled: readonly string[];
  /** How many processes and threads each may have. */
  readonly pidsLimit: number;
  /** How long the new ones have to stay ready, in milliseconds. */
  readonly minReady: number;
  /** How long one that was stopped may take to be ready again, in milliseconds. */
  readonly startLimit: number;
}

/** Between two looks at the containers, in milliseconds: a look takes the engine one, for each of them. */
const PAUSE = 50;

/** How often a container is limited before a refusal is taken for the engine's last word: over a second. */
const TRIES = 20;

/** How long nothing is told while some are waited for, in milliseconds. */
const SILENCE = 10_000;

/**
 * Limits the containers of a stack and watches each of the new ones until it has been ready for the time that is asked
 * for. Gives those that were not. One that is to replace another is stopped at once, so that all requests go to that.
 * Where it takes long, it tells what it waits for.
 *
 * @throws Error where the engine refuses to limit a container that does serve.
 */
export async function settle(
  task: Task,
  containers: Containers,
  clock: Clock,
  tell: (text: string) => void,
): Promise<readonly Failure[]> {
  const watched = task.containers.filter((id) => !task.settled.includes(id));
  const [failures, ...refusals] = await Promise.all([
    watch(watched, task, containers, clock, tell),
    ...task.containers.map((id) => limit(id, task.pidsLimit, containers, clock)),
  ]);
  const refusal = refusals.find((error) => error !== undefined);
  if (failures.length === 0 && refusal !== undefined) throw refusal;
  return failures;
}

/** The engine refuses to limit a container at the moment at which its process ends, and not a moment later. */
async function limit(id: string, pids: number, containers: Containers, clock: Clock): Promise<Error | undefined> {
  let refusal: Error | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await clock.sleep(PAUSE);
    try {
      await containers.limit(id, pids);
      return undefined;
    } catch (error) {
      refusal = error instanceof Error ? error : new Error(String(error));
    }
  }
  return refusal;
}

async function watch(
  watched: readonly string[],
  task: Task,
  containers: Containers,
  clock: Clock,
  tell: (text: string) => void,
): Promise<readonly Failure[]> {
  if (watched.length === 0) return [];
  await startStopped(watched, containers);
  const failures: Failure[] = [];
  const began = clock.now();
  const late = began + task.startLimit;
  let told = began;
  let pending: readonly Watched[] = watched.map((id) => ({ id, ready: undefined }));
  for (;;) {
    const looks = await containers.look(pending.map(({ id }) => id));
    const now = clock.now();
    const steps = pending.map(({ id, ready }) =>
      step(
        { id, ready },
        looks.find((look) => look.id === id),
        now,
        late,
      ),
    );
    for (const { failed } of steps) if (failed !== undefined) failures.push(await takeAway(failed, containers));
    pending = steps.flatMap(({ watch }) => (watch === undefined || isOver(watch, task, now) ? [] : watch));
    if (pending.length === 0) return failures;
    if (now >= told + SILENCE) {
      told = now;
      tell(describeWait(pending, looks, Math.round((now - began) / 1000)));
    }
    await clock.sleep(PAUSE);
  }
}

function describeWait(pending: readonly Watched[], looks: readonly Look[], passed: number): string {
  const names = pending.map(({ id, ready }) => {
    const { name, health } = looks.find((look) => look.id === id) ?? goneOf(id);
    return `${name} (${ready === undefined ? health : "ready"})`;
  });
  return `after ${String(passed)} s waiting for ${names.join(", ")}`;
}

/** An earlier run stops what fails; the one that tries again starts it. The engine itself restarts all others. */
async function startStopped(ids: readonly string[], containers: Containers): Promise<void> {
  const stopped = (await containers.look(ids)).filter(({ status }) => status === "exited");
  await Promise.all(stopped.map(({ id }) => containers.start(id)));
}

/** A container that is watched. */
interface Watched {
  readonly id: string;
  /** When it was first seen ready, and how it was then. */
  readonly ready: { readonly look: Look; readonly since: number } | undefined;
}

type Failed = Pick<Failure, "look" | "wasReady" | "reason">;

/** What a look at a container at a time says of it: that it failed, or how to go on with it. */
function step(
  { id, ready }: Watched,
  look: Look | undefined,
  now: number,
  late: number,
): { readonly failed?: Failed; readonly watch?: Watched } {
  if (ready !== undefined) {
    const reason = whatBecame(ready.look, look);
    return reason === undefined ? { watch: { id, ready } } : { failed: { look: ready.look, wasReady: true, reason } };
  }
  if (look !== undefined && isReady(look)) return { watch: { id, ready: { look, since: now } } };
  const seen = look ?? goneOf(id);
  const tooLate = now < late ? undefined : `it is ${seen.status}, and its health check says "${seen.health}"`;
  const reason = whyHopeless(seen) ?? tooLate;
  return reason === undefined ? { watch: { id, ready } } : { failed: { look: seen, wasReady: false, reason } };
}

function goneOf(id: string): Look {
  return { id, name: id.slice(0, 12), status: "gone", health: "none", startedAt: "", restarts: 0 };
}

function isOver({ ready }: Watched, { minReady }: Task, now: number): boolean {
  return ready !== undefined && now >= ready.since + minReady;
}

async function takeAway(failed: Failed, containers: Containers): Promise<Failure> {
  const { id } = failed.look;
  const stopped = await containers.hasStandIn(id);
  if (stopped) await containers.stop(id);
  return { ...failed, stopped, log: await containers.log(id) };
}

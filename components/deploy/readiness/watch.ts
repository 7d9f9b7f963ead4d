import type { Clock } from "./clock.ts";
import type { Containers } from "./containers.ts";
import { GONE, isReady, REMOVED, whyHopeless, whyNotStayed, type ContainerState, type Failure } from "./verdict.ts";

/** The input of the readiness gate. */
export interface Task {
  /** Ids of all containers of a stack. */
  readonly containers: readonly string[];
  /** Ids of the containers that an earlier run watched to its end. */
  readonly watchedBefore: readonly string[];
  /** Number of processes and threads that each container may have. */
  readonly pidsLimit: number;
  /** Time for which new containers have to stay ready, in milliseconds. */
  readonly minReady: number;
  /** Longest time until a container is ready, in milliseconds. */
  readonly startLimit: number;
}

/** Time between two requests for the states, in milliseconds. */
const PAUSE = 50;

/** Number of tries to limit a container, over a second, before the engine's refusal is an error. */
const TRIES = 20;

/** Time between two lines about containers that are not ready yet, in milliseconds. */
const SILENCE = 10_000;

/**
 * Limits the containers of a stack and watches each new one until it has stayed ready for `minReady`. Returns those
 * that did not, and those that are gone. A failed container that was to replace another is stopped at once, so that all requests go to the
 * other. Every 10 s, `report` gets the containers that are not ready yet.
 *
 * @throws Error if the engine refuses to limit a container that does serve.
 */
export async function watchUntilReady(
  task: Task,
  containers: Containers,
  clock: Clock,
  report: (text: string) => void,
): Promise<readonly Failure[]> {
  const watched = task.containers.filter((id) => !task.watchedBefore.includes(id));
  const [failed, ...limited] = await Promise.all([
    watch(watched, task, containers, clock, report),
    ...task.containers.map((id) => limit(id, task.pidsLimit, containers, clock)),
  ]);
  const gone = task.containers.filter((id, index) => limited[index] === GONE && !watched.includes(id));
  const failures = [...failed, ...gone.map(removed)];
  const refusal = limited.find((outcome) => outcome instanceof Error);
  if (failures.length === 0 && refusal !== undefined) throw refusal;
  return failures;
}

function removed(id: string): Failure {
  return { state: goneOf(id), wasReady: true, reason: REMOVED, stopped: false, log: "" };
}

/**
 * Limits a container. Docker 28 refuses that at the moment at which its process ends, but not a moment later. Returns
 * the last refusal if there is no other outcome.
 */
async function limit(
  id: string,
  pids: number,
  containers: Containers,
  clock: Clock,
): Promise<Error | typeof GONE | undefined> {
  let refusal: Error | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await clock.sleep(PAUSE);
    try {
      await containers.limit(id, pids);
      return undefined;
    } catch (error) {
      if ((await containers.states([id])).length === 0) return GONE;
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
  report: (text: string) => void,
): Promise<readonly Failure[]> {
  if (watched.length === 0) return [];
  await startStopped(watched, containers);
  const failures: Failure[] = [];
  const began = clock.now();
  const late = began + task.startLimit;
  let reported = began;
  let pending: readonly Watched[] = watched.map((id) => ({ id, ready: undefined }));
  for (;;) {
    const states = await containers.states(pending.map(({ id }) => id));
    const now = clock.now();
    const steps = pending.map(({ id, ready }) =>
      step(
        { id, ready },
        states.find((state) => state.id === id),
        now,
        late,
      ),
    );
    for (const { failed } of steps) if (failed !== undefined) failures.push(await stopIfReplaced(failed, containers));
    pending = steps.flatMap(({ watch }) => (watch === undefined || isOver(watch, task, now) ? [] : watch));
    if (pending.length === 0) return failures;
    if (now >= reported + SILENCE) {
      reported = now;
      report(describeWait(pending, states, Math.round((now - began) / 1000)));
    }
    await clock.sleep(PAUSE);
  }
}

function describeWait(pending: readonly Watched[], states: readonly ContainerState[], passed: number): string {
  const names = pending.map(({ id, ready }) => {
    const { name, health } = states.find((state) => state.id === id) ?? goneOf(id);
    return `${name} (${ready === undefined ? health : "ready"})`;
  });
  return `after ${String(passed)} s waiting for ${names.join(", ")}`;
}

/** Starts the containers that an earlier run stopped. The engine itself restarts all others. */
async function startStopped(ids: readonly string[], containers: Containers): Promise<void> {
  const stopped = (await containers.states(ids)).filter(({ status }) => status === "exited");
  await Promise.all(stopped.map(({ id }) => containers.start(id)));
}

/** A container that is watched. */
interface Watched {
  readonly id: string;
  /** Time at which it was first ready, and its state then. */
  readonly ready: { readonly state: ContainerState; readonly since: number } | undefined;
}

type Failed = Pick<Failure, "state" | "wasReady" | "reason">;

/** The verdict on a container by its state at a time: the failure, or how to watch it on. */
function step(
  { id, ready }: Watched,
  state: ContainerState | undefined,
  now: number,
  late: number,
): { readonly failed?: Failed; readonly watch?: Watched } {
  if (ready !== undefined) {
    const reason = whyNotStayed(ready.state, state);
    return reason === undefined ? { watch: { id, ready } } : { failed: { state: ready.state, wasReady: true, reason } };
  }
  if (state !== undefined && isReady(state)) return { watch: { id, ready: { state, since: now } } };
  const current = state ?? goneOf(id);
  const tooLate = now < late ? undefined : `it is ${current.status}, and its health check reports "${current.health}"`;
  const reason = whyHopeless(current) ?? tooLate;
  return reason === undefined ? { watch: { id, ready } } : { failed: { state: current, wasReady: false, reason } };
}

function goneOf(id: string): ContainerState {
  return { id, name: id.slice(0, 12), status: GONE, health: "none", startedAt: "", restarts: 0 };
}

function isOver({ ready }: Watched, { minReady }: Task, now: number): boolean {
  return ready !== undefined && now >= ready.since + minReady;
}

async function stopIfReplaced(failed: Failed, containers: Containers): Promise<Failure> {
  const { id } = failed.state;
  const stopped = await containers.hasStandIn(id);
  if (stopped) await containers.stop(id);
  return { ...failed, stopped, log: await containers.log(id) };
}

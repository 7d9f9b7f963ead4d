import type { ListedContainer } from "./containers.ts";
import type { Engine, ListedNetwork } from "./engine.ts";
import type { EngineEvent } from "./events.ts";
import type { Identity } from "./identity.ts";
import { ROLE_LABEL, STACK_LABEL, STATE_LABEL } from "./labels.ts";
import type { ListedVolume } from "./volumes.ts";

type Labels = Readonly<Record<string, string>>;

/** Things in the engine that have the name of a stack. */
export interface StackThings {
  readonly containers: readonly ListedContainer[];
  readonly networks: readonly ListedNetwork[];
  readonly volumes: readonly ListedVolume[];
}

/**
 * True if a thing with these labels belongs to a stack. Its name alone does not decide: another checkout, another user
 * or a lost state may have used the same name on this engine.
 */
export function belongs(labels: Labels, { stack, id, legacy }: Identity): boolean {
  if (stackOf(labels) !== stack) return false;
  const state = labels[STATE_LABEL];
  return state === undefined ? legacy : state === id;
}

/** The name of the stack that a thing with these labels belongs to; undefined if it belongs to none. */
export function stackOf(labels: Labels): string | undefined {
  return labels[STACK_LABEL];
}

/** The containers of a stack, of one role or of all, the newest first. */
export async function containersOf(
  engine: Pick<Engine, "containers">,
  identity: Identity,
  role?: string,
): Promise<readonly ListedContainer[]> {
  return own(await engine.containers({ labels: named(identity, role) }), identity);
}

/** The containers of a role that mount a volume. A volume is one stack's alone, so no other stack's are among them. */
export function containersWithVolume(
  engine: Pick<Engine, "containers">,
  volume: string,
  role: string,
): Promise<readonly ListedContainer[]> {
  return engine.containers({ labels: { [ROLE_LABEL]: role }, volume });
}

/** The networks of a stack, of one role or of all. */
export async function networksOf(
  engine: Pick<Engine, "networks">,
  identity: Identity,
  role?: string,
): Promise<readonly ListedNetwork[]> {
  return own(await engine.networks(named(identity, role)), identity);
}

/**
 * Watches the containers of a stack from now on. The returned function ends the watch and returns the events. The
 * identity is given at the end, because a new state gets its id meanwhile.
 */
export function watchContainersOf(
  engine: Pick<Engine, "watchContainers">,
  stack: string,
  actions: readonly string[],
): (identity: Identity) => readonly EngineEvent[] {
  const events: EngineEvent[] = [];
  const stop = engine.watchContainers({ labels: { [STACK_LABEL]: stack }, actions }, (event) => events.push(event));
  return (identity) => {
    stop();
    return events.filter(({ labels }) => belongs(labels, identity));
  };
}

/** The things that have the name of a stack and do not belong to it. */
export async function foreignThings(engine: Engine, identity: Identity): Promise<StackThings> {
  const labels = named(identity);
  const [containers, networks, volumes] = await Promise.all([
    engine.containers({ labels }),
    engine.networks(labels),
    engine.volumes(labels),
  ]);
  const foreign = <T extends { readonly labels: Labels }>(things: readonly T[]): readonly T[] =>
    things.filter((thing) => !belongs(thing.labels, identity));
  return { containers: foreign(containers), networks: foreign(networks), volumes: foreign(volumes) };
}

function named({ stack }: Identity, role?: string): Labels {
  return role === undefined ? { [STACK_LABEL]: stack } : { [STACK_LABEL]: stack, [ROLE_LABEL]: role };
}

function own<T extends { readonly labels: Labels }>(things: readonly T[], identity: Identity): readonly T[] {
  return things.filter(({ labels }) => belongs(labels, identity));
}

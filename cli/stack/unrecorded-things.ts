import type { Engine, Removable } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { INSPECTOR_ROLE, STATE_LABEL } from "../../components/engine/labels.ts";
import { containersOf, foreignThings, networksOf } from "../../components/engine/ownership.ts";
import { messageOf } from "../../components/lib/errors.ts";
import type { State, Unrecorded } from "./state.ts";

/** A thing in the engine. */
export interface Thing {
  readonly kind: Removable;
  readonly id: string;
}

/**
 * Returns the things in the engine that a killed run may have made and did not record. Containers and networks are found
 * by their role. A volume is found by its name, which was new, so that it can hold no data yet. Everything else stays:
 * it may hold data that someone wants back.
 */
export async function thingsMadeBy(
  { unrecorded, identity }: Pick<State, "unrecorded" | "identity">,
  engine: Engine,
): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const one of [...unrecorded, INSPECTOR]) {
    try {
      found.push(...(await madeBy(one, engine, identity)));
    } catch (error) {
      console.error(messageOf(error));
    }
  }
  return found;
}

/** Removes the things that the state does not hold. */
export async function removeThings(
  engine: Engine,
  things: readonly Thing[],
  recorded: ReadonlySet<string>,
): Promise<void> {
  for (const { kind, id } of things.filter((thing) => !recorded.has(thing.id))) {
    try {
      await engine.remove(kind, id);
    } catch (error) {
      console.error(messageOf(error));
    }
  }
}

/** Pulumi does not record the containers that read an image. Such a container stays if it was made and not started. */
const INSPECTOR: Unrecorded = {
  type: "docker:index/container:Container",
  name: INSPECTOR_ROLE,
  given: "",
};

async function madeBy({ type, name, given }: Unrecorded, engine: Engine, identity: Identity): Promise<Thing[]> {
  switch (type) {
    case "docker:index/container:Container":
      return (await certain(await containersOf(engine, identity, name), engine, identity)).map(({ id }) => ({
        kind: "container",
        id,
      }));
    case "docker:index/network:Network":
      return (await certain(await networksOf(engine, identity, name), engine, identity)).map(({ id }) => ({
        kind: "network",
        id,
      }));
    case "docker:index/volume:Volume":
      return given === "" ? [] : [{ kind: "volume", id: given }];
    default:
      return [];
  }
}

type Labelled = Readonly<{ id: string; labels: Readonly<Record<string, string>> }>;

/**
 * Leaves out the things without an id of a state if another state has things of this name: such a thing may be from
 * before states had ids, and of either stack.
 */
async function certain(things: readonly Labelled[], engine: Engine, identity: Identity): Promise<readonly Labelled[]> {
  const labelled = things.filter(({ labels }) => labels[STATE_LABEL] !== undefined);
  if (labelled.length === things.length) return things;
  const { containers, networks } = await foreignThings(engine, identity);
  return containers.length + networks.length > 0 ? labelled : things;
}

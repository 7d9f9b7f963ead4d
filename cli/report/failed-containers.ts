import { endOfLog } from "../../components/engine/container-log.ts";
import type { InspectedContainer } from "../../components/engine/containers.ts";
import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { ROLE_LABEL } from "../../components/engine/labels.ts";
import { containersOf } from "../../components/engine/ownership.ts";

/** A part of the report on a failed `up`. */
export interface Part {
  readonly title: string;
  readonly log: string;
}

/**
 * Stops each container that a failed `up` left and that never became healthy, if a healthy container does its work. It
 * would go on being probed, restarted, and found by the gateway. The next `up` replaces it.
 */
export async function stopFailed(engine: Engine, identity: Identity): Promise<void> {
  const containers = await inspectAll(engine, identity);
  const failed = containers.filter((container) => isUp(container) && hasStandIn(container, containers));
  await Promise.allSettled(failed.map(({ id }) => engine.stop(id)));
}

/**
 * The logs of the containers that are not healthy, the newest at the end. It leaves out the containers whose log is
 * `shown` elsewhere, and those that are older than `since` and have a healthy or a newer container of their role.
 */
export async function unhealthyContainers(
  engine: Engine,
  identity: Identity,
  { since, shown }: { readonly since: Date; readonly shown: ReadonlySet<string> },
): Promise<Part[]> {
  const containers = await inspectAll(engine, identity);
  const isLeft = (container: InspectedContainer): boolean =>
    madeAt(container) < since.getTime() && (hasStandIn(container, containers) || hasSuccessor(container, containers));
  const parts = containers
    .filter((one) => one.status !== "created" && !isHealthy(one) && !isLeft(one) && !shown.has(one.id))
    .sort((a, b) => madeAt(a) - madeAt(b))
    .map(async (container) => ({
      title: `container ${container.name}: ${describeState(container)}`,
      log: await endOfLog(engine, container.id),
    }));
  return Promise.all(parts);
}

/** The containers of a stack; none if the engine cannot be reached, which Pulumi has reported by then. */
async function inspectAll(engine: Engine, identity: Identity): Promise<readonly InspectedContainer[]> {
  try {
    const listed = await containersOf(engine, identity);
    const found = await Promise.all(listed.map(({ id }) => engine.inspect(id)));
    return found.flatMap((container) => container ?? []);
  } catch {
    return [];
  }
}

/** True if a container is not healthy, and a healthy one of its role does its work. */
function hasStandIn(container: InspectedContainer, all: readonly InspectedContainer[]): boolean {
  return !isHealthy(container) && all.some((other) => isHealthy(other) && roleOf(other) === roleOf(container));
}

/** True if there is a newer container of the same role. */
function hasSuccessor(container: InspectedContainer, all: readonly InspectedContainer[]): boolean {
  return all.some((other) => roleOf(other) === roleOf(container) && madeAt(other) > madeAt(container));
}

/** The time at which a container was created, in milliseconds. */
function madeAt({ createdAt }: InspectedContainer): number {
  return Date.parse(createdAt);
}

function isHealthy({ status, health }: InspectedContainer): boolean {
  return status === "running" && health === "healthy";
}

function isUp({ status }: InspectedContainer): boolean {
  return status === "running" || status === "restarting";
}

function roleOf({ labels }: InspectedContainer): string {
  return labels[ROLE_LABEL] ?? "";
}

/** "running (unhealthy)", "exited (3)", "running". */
function describeState({ status, health, exitCode }: InspectedContainer): string {
  if (status !== "running") return `${status} (${String(exitCode)})`;
  return health === "none" ? status : `${status} (${health})`;
}

import type { InspectedContainer, ListedContainer } from "../../../components/engine/containers.ts";
import type { Engine } from "../../../components/engine/engine.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { fakeEngine, IDENTITY, listing } from "./config.ts";

/** A healthy container of a role of the stack dev. */
export function container(id: string, role: string, changes: Partial<InspectedContainer> = {}): InspectedContainer {
  return {
    id,
    name: `morgan-dev-${id}`,
    status: "running",
    health: "healthy",
    lastProbe: "",
    createdAt: "2026-01-01T12:00:00Z",
    startedAt: "2026-01-01T12:00:00Z",
    exitCode: 0,
    restarts: 0,
    labels: roleLabels(IDENTITY, role),
    ...changes,
  };
}

/** The container as the engine lists it. */
function listed({ id, status, labels }: InspectedContainer): ListedContainer {
  return { id, image: "sha256:0", running: status === "running", labels, published: [] };
}

/** An engine with these containers. */
export function engineWith(containers: readonly InspectedContainer[], changes: Partial<Engine> = {}): Engine {
  const find = (id: string): InspectedContainer | undefined => containers.find((one) => one.id === id);
  return fakeEngine({
    containers: listing(containers.map(listed)),
    inspect: (id) => Promise.resolve(find(id)),
    health: (id) => Promise.resolve(find(id)?.health ?? "gone"),
    ...changes,
  });
}

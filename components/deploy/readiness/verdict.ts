import type { InspectedContainer } from "../../engine/containers.ts";

/** The state of a container at one moment. */
export type ContainerState = Pick<InspectedContainer, "id" | "name" | "status" | "health" | "startedAt" | "restarts">;

/** Status of a container that the engine does not have. */
export const GONE = "gone";

/** The reason of a failure if the container is gone. */
export const REMOVED = "it was removed";

/** True if a container may get requests. */
export function isReady({ status, health }: ContainerState): boolean {
  return status === "running" && (health === "healthy" || health === "none");
}

/** The reason why a container is no longer as it was when it got ready; undefined if it has been ready since then. */
export function whyNotStayed(first: ContainerState, now: ContainerState | undefined): string | undefined {
  if (now === undefined) return REMOVED;
  if (now.startedAt !== first.startedAt || now.status === "restarting")
    return "its process ended and was started again";
  if (now.status !== "running") return `its process ended, and it is ${now.status}`;
  if (!isReady(now)) return `its health check reports "${now.health}"`;
  return undefined;
}

/**
 * Number of ends after which a container is given up: what it needs may start a moment later than the container does.
 */
const RESTARTS = 3;

/** The reason why a container will not get ready; undefined if it still may. */
export function whyHopeless({ restarts, status }: ContainerState): string | undefined {
  if (status === GONE) return REMOVED;
  return restarts < RESTARTS ? undefined : `its process ended ${String(restarts)} times`;
}

/** A container that does not serve, and the reason. */
export interface Failure {
  readonly state: ContainerState;
  /** True if it was ready before. */
  readonly wasReady: boolean;
  /** The reason, as a sentence without its subject. */
  readonly reason: string;
  /** True if it was stopped, because the container that it was to replace goes on. */
  readonly stopped: boolean;
  /** The end of its log. */
  readonly log: string;
}

/** The report on containers that do not serve, a paragraph each, with or without the ends of their logs. */
export function describeFailures(failures: readonly Failure[], withLogs = true): string {
  return failures.map((failure) => describeFailure(failure, withLogs)).join("\n\n");
}

/** The report on one container. */
export function describeFailure({ state, wasReady, reason, stopped, log }: Failure, withLog = true): string {
  const verdict = `${state.name} did not ${wasReady ? "stay" : "get"} ready: ${reason}`;
  if (reason === REMOVED) return `${verdict}; an up with --refresh creates it again`;
  const rest = stopped
    ? "it was stopped, and the container that it was to replace goes on serving"
    : "it was left as it is, because no other container does its work";
  if (!withLog) return `${verdict}; ${rest}`;
  const lines = log.trimEnd().split("\n");
  return `${verdict}; ${rest}. The end of its log:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** A container as the engine tells of it at one moment. */
export interface Look {
  readonly id: string;
  readonly name: string;
  /** "running", "restarting", "exited", "created", … */
  readonly status: string;
  /** "healthy", "starting", "unhealthy"; "none" without a health check. */
  readonly health: string;
  /** When its process was started, as the engine writes it. */
  readonly startedAt: string;
  /** How often the engine has started it again. */
  readonly restarts: number;
}

/** What a container is that may be sent requests. */
export function isReady({ status, health }: Look): boolean {
  return status === "running" && (health === "healthy" || health === "none");
}

/** What became of a container that was ready at a first look; undefined where it has been ready all the time. */
export function whatBecame(first: Look, now: Look | undefined): string | undefined {
  if (now === undefined) return "it was removed";
  if (now.startedAt !== first.startedAt || now.status === "restarting")
    return "its process ended and was started again";
  if (now.status !== "running") return `its process ended, and it is ${now.status}`;
  if (!isReady(now)) return `its health check says "${now.health}"`;
  return undefined;
}

/** So often a container may end before it is ready: what it needs may come a moment later than it does. */
const RESTARTS = 3;

/** Why a container that has not been ready yet will not be; undefined where it still may. */
export function whyHopeless({ restarts }: Look): string | undefined {
  return restarts < RESTARTS ? undefined : `its process ended ${String(restarts)} times`;
}

/** A container that does not serve, and why. */
export interface Failure {
  readonly look: Look;
  /** Whether it was ready before. */
  readonly wasReady: boolean;
  /** What became of it. */
  readonly reason: string;
  /** Whether it was stopped, because one that it was to replace goes on. */
  readonly stopped: boolean;
  /** The end of its log. */
  readonly log: string;
}

/** What is told of containers that do not serve, a paragraph each. */
export function describeFailures(failures: readonly Failure[]): string {
  return failures
    .map(({ look, wasReady, reason, stopped, log }) => {
      const rest = stopped
        ? "it was stopped, and the container that it was to replace goes on serving"
        : "it was left as it is, because no other container does its work";
      const lines = log.trimEnd().split("\n");
      return `${look.name} did not ${wasReady ? "stay" : "get"} ready: ${reason}; ${rest}. The end of its log:\n${lines.map((line) => `  ${line}`).join("\n")}`;
    })
    .join("\n\n");
}

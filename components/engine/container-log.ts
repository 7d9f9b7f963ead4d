import type { ContainerRequests } from "./containers.ts";
import { messageOf } from "../lib/errors.ts";

/** Lines of a log that are printed: the reason of a failure is at its end. */
export const LOG_LINES = 20;

/** The end of a container's log, and the last line of its health check. A log that cannot be read is its reason. */
export async function endOfLog(engine: ContainerRequests, id: string): Promise<string> {
  const [log, container] = await Promise.all([
    engine.logs(id, LOG_LINES).catch(messageOf),
    engine.inspect(id).catch(() => undefined),
  ]);
  const lastProbe = container?.lastProbe ?? "";
  return lastProbe === "" ? log : `${log.trimEnd()}\nlast health check: ${lastProbe}`;
}

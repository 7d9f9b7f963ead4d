import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The log of a container that the readiness gate gave up. */
export interface GateLog {
  /** Id of the container. */
  readonly id: string;
  readonly title: string;
  /** The end of its log. */
  readonly log: string;
}

/**
 * Runs an action during which the readiness gate, a program that Pulumi starts, hands over the logs of the containers
 * that it gives up. Pulumi would print them twice. The file's name is in the environment: it is no part of the plan.
 */
export async function withGateLogs<T>(action: (read: () => readonly GateLog[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-logs-"));
  const file = join(folder, "logs.json");
  process.env["MORGAN_GATE_LOGS"] = file;
  try {
    return await action(() => (existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as GateLog[]) : []));
  } finally {
    delete process.env["MORGAN_GATE_LOGS"];
    rmSync(folder, { recursive: true, force: true });
  }
}

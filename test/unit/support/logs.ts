import * as pulumi from "@pulumi/pulumi";

/** Messages that a program logs, by level, with Pulumi's own debug messages. */
export interface Logs {
  readonly info: string[];
  readonly warn: string[];
  readonly debug: string[];
}

/** Records the messages that a suite's tests log for the user. Each test begins without messages. */
export function useLogs(): Logs {
  const logs: Logs = { info: [], warn: [], debug: [] };
  const { info, warn, debug } = pulumi.log;
  const note = (level: keyof Logs) => (message: string) => Promise.resolve(void logs[level].push(message));
  beforeEach(() => {
    logs.info.length = logs.warn.length = logs.debug.length = 0;
    Object.assign(pulumi.log, { info: note("info"), warn: note("warn"), debug: note("debug") });
  });
  afterEach(() => {
    Object.assign(pulumi.log, { info, warn, debug });
  });
  return logs;
}

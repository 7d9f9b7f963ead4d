import * as pulumi from "@pulumi/pulumi";

/** What a program tells the one who runs it, by level; Pulumi's own notes for debugging are among it. */
export interface Logs {
  readonly warn: string[];
  readonly debug: string[];
}

/** Lets the tests of a suite see what is told to the user; each begins with nothing told. */
export function useLogs(): Logs {
  const logs: Logs = { warn: [], debug: [] };
  const { warn, debug } = pulumi.log;
  const note = (level: keyof Logs) => (message: string) => Promise.resolve(void logs[level].push(message));
  beforeEach(() => {
    logs.warn.length = logs.debug.length = 0;
    Object.assign(pulumi.log, { warn: note("warn"), debug: note("debug") });
  });
  afterEach(() => {
    Object.assign(pulumi.log, { warn, debug });
  });
  return logs;
}

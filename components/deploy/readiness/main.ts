import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { messageOf } from "../../lib/errors.ts";
import { engineOf } from "../../engine/engine-of.ts";
import type { Identity } from "../../engine/identity.ts";
import { systemClock } from "./clock.ts";
import { engineContainers } from "./containers.ts";
import { watchUntilReady, type Task } from "./watch.ts";
import { describeFailures } from "./verdict.ts";

// The task comes as JSON. Pulumi passes on the output of the last run without a failure. The engine's address comes
// from the environment: as an argument it would be part of the plan.
const { identity, ...task } = JSON.parse(await text(process.stdin)) as Omit<Task, "watchedBefore"> & {
  readonly identity: Identity;
};
const { PULUMI_COMMAND_STDOUT: printed = "", MORGAN_GATE_LOGS: file } = process.env;

// Pulumi prints stderr as progress. If this program fails, stdout and stderr are both in the error.
const report = (text: string): void => {
  console.error(text);
};
try {
  const failures = await watchUntilReady(
    { ...task, watchedBefore: printed.split(" ") },
    engineContainers(engineOf(process.env), identity),
    systemClock,
    report,
  );
  // The command line prints the logs itself. Without it, they are a part of the error.
  const logs = failures.flatMap(({ state: { id, name }, log }) =>
    log === "" ? [] : { id, title: `container ${name}`, log },
  );
  if (file !== undefined) writeFileSync(file, JSON.stringify(logs));
  console.log(failures.length === 0 ? task.containers.join(" ") : describeFailures(failures, file === undefined));
  process.exitCode = failures.length === 0 ? 0 : 1;
} catch (error) {
  console.log(messageOf(error));
  process.exitCode = 1;
}

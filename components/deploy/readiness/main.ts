import { text } from "node:stream/consumers";
import { connectEngine } from "../../engine/engine.ts";
import type { Identity } from "../../engine/identity.ts";
import { systemClock } from "./clock.ts";
import { engineContainers } from "./containers.ts";
import { watchUntilReady, type Task } from "./watch.ts";
import { describeFailures } from "./verdict.ts";

// The task comes as JSON. The first argument is the output of the last run without a failure. The second one is the
// engine's address, empty for the usual socket.
const { identity, ...task } = JSON.parse(await text(process.stdin)) as Omit<Task, "watchedBefore"> & {
  readonly identity: Identity;
};
const [, , printed = "", host = ""] = process.argv;

// Pulumi prints stderr as progress. If this program fails, stdout and stderr are both in the error.
const report = (text: string): void => {
  console.error(text);
};
const failures = await watchUntilReady(
  { ...task, watchedBefore: printed.split(" ") },
  engineContainers(connectEngine(host), identity),
  systemClock,
  report,
);
if (failures.length === 0) console.log(task.containers.join(" "));
else {
  console.log(describeFailures(failures));
  process.exitCode = 1;
}

import { text } from "node:stream/consumers";
import { systemClock } from "./clock.ts";
import { engineContainers } from "./containers.ts";
import { settle, type Task } from "./watch.ts";
import { describeFailures } from "./verdict.ts";

// The task comes as JSON; the first argument is what the last run that had no failure printed, the second one the engine's
// address, empty for the usual socket.
const task = JSON.parse(await text(process.stdin)) as Omit<Task, "settled">;
const [, , printed = "", host = ""] = process.argv;

// What comes on stderr is passed on as progress; both are in the error where this fails.
const tell = (text: string): void => {
  console.error(text);
};
const failures = await settle({ ...task, settled: printed.split(" ") }, engineContainers(host), systemClock, tell);
if (failures.length === 0) console.log(task.containers.join(" "));
else {
  console.log(describeFailures(failures));
  process.exitCode = 1;
}

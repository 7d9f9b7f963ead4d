// Removes the temporary files of a run after Pulumi has ended, however it ends. Its arguments are the folder of all runs
// and the address of Pulumi's engine.
import { untilSilent } from "./listening.ts";
import { removeEndedRuns } from "./run-folder.ts";

const [runs = "", engine = ""] = process.argv.slice(2);
await untilSilent(engine);
await removeEndedRuns(runs);

/**
 * Ends this program when nobody reads its output any more, as after a kill of Pulumi. Node 24 reports the broken pipe
 * as an error, and the error handler of Pulumi's SDK 3.270 prints that error to the same pipe. Without this file the
 * two would go on for ever, with a full CPU and growing memory. index.ts imports it first, because Pulumi can be killed
 * while the program is still being loaded.
 */
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));

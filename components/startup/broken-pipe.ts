/**
 * Ends this program where nobody reads any more what it prints, as when Pulumi was killed: Node would tell of the broken
 * pipe as an error, Pulumi's own handler would print that, and so on for ever, with a processor and more and more memory.
 * Imported before anything else, for its effect: a program can be abandoned while it is still being loaded.
 */
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));

// Writes the parts of docs/http-api.md that follow from the services' code.
import { run } from "./process.ts";
import { python } from "./python.ts";
import { tool } from "./tools.ts";

process.chdir(`${import.meta.dirname}/../..`);
process.exitCode =
  (await run(await python(), ["docs/http_api.py"])) ||
  (await tool("prettier", "--write", "--log-level", "warn", "docs/http-api.md"));

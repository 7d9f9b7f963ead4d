// Changes the sources until the linters and formatters find as little as they can. A linter comes before the formatter
// of its language, because its changes need formatting.
import { endChildrenOnSignal } from "./process.ts";
import { orFailure, ruff, tool } from "./tools.ts";

process.chdir(`${import.meta.dirname}/../..`);
endChildrenOnSignal();

const steps = [
  () => tool("eslint", "--max-warnings", "0", "--fix", "."),
  () => tool("prettier", "--write", "--log-level", "warn", "."),
  () => ruff("check", "--fix"),
  () => ruff("format"),
];

for (const step of steps) {
  const exitCode = await orFailure(step);
  // Every step runs, because the steps do not depend on each other's success.
  if (exitCode !== 0) process.exitCode = exitCode;
}

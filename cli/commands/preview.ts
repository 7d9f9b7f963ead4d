import type { Engine } from "../../components/engine/engine.ts";
import { throwProblems } from "../../components/lib/errors.ts";
import { describeComment } from "../../components/plan/faces/comment.ts";
import { describeFailedPreview } from "../../components/plan/faces/failed-preview.ts";
import type { Plan } from "../../components/plan/plan.ts";
import type { Invocation } from "../lib/invocation.ts";
import { writeOutput } from "../lib/output-file.ts";
import { withPlanFile } from "../lib/plan-file.ts";
import type { Execution } from "../lib/run-program.ts";
import { reportKilledRun, withCleanUp } from "../stack/change.ts";
import { capture, operate } from "../stack/pulumi.ts";
import { withNeededRefresh } from "../stack/put-back-containers.ts";

/** Prints what an `up` would change: Pulumi's own preview with the plan in it, or the plan alone in another form. */
export async function preview(invocation: Invocation, engine: Engine): Promise<number> {
  const { options } = invocation;
  if (options["all"] === true) process.env["MORGAN_PLAN_ALL"] = "true";
  if (options["withoutMachine"] === true) process.env["MORGAN_WITHOUT_MACHINE"] = "true";
  const { json, markdown } = options;
  if (json !== true && typeof markdown !== "string") return previewText(invocation, engine);
  if (json === true && markdown === "-") throwProblems([TWICE], "nothing was previewed");
  return withPlanFile(async (read) => {
    const { code, stdout, stderr } = await captured(invocation, engine);
    // The standard output is for the plan alone.
    if (json === true || code !== 0) process.stderr.write(stdout);
    if (code !== 0 && typeof markdown === "string")
      writeOutput(markdown, describeFailedPreview(invocation.stack.name, `${stdout}\n${stderr}`));
    if (code !== 0) return code;
    const plan = read() as Plan | undefined;
    if (plan === undefined)
      throw new Error("the preview ended well and wrote no plan: run ./morgan preview without options");
    if (json === true) console.log(JSON.stringify(plan, undefined, 2));
    if (typeof markdown === "string") writeOutput(markdown, describeComment([{ plan, diff: stdout }]));
    return 0;
  });
}

const TWICE = {
  key: "./morgan preview",
  expected: "one form on the standard output",
  found: "--json and --markdown -",
  fix: "leave one of them out, or name a file: --markdown comment.md",
};

/** Runs Pulumi's own preview and returns what it printed. */
export async function captured(invocation: Invocation, engine: Engine): ReturnType<typeof capture> {
  const flags = ["--color", "never", ...(await flagsFor(invocation, engine))];
  return withCleanUp(invocation.stack, () => capture("preview", invocation.stack, flags));
}

/** Prints Pulumi's own preview. */
export async function previewText(invocation: Invocation, engine: Engine, execution: Execution = {}): Promise<number> {
  const flags = await flagsFor(invocation, engine);
  return withCleanUp(invocation.stack, () => operate("preview", invocation.stack, flags, execution));
}

async function flagsFor({ stack, flags }: Invocation, engine: Engine): Promise<string[]> {
  reportKilledRun(stack);
  if (process.env["MORGAN_WITHOUT_MACHINE"] === "true") return ["--suppress-outputs", ...flags];
  return ["--suppress-outputs", ...(await withNeededRefresh(engine, stack, flags))];
}

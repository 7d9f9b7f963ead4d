import type { Engine } from "../../components/engine/engine.ts";
import { gapsIn, watchContainers } from "../../components/engine/gaps.ts";
import { throwProblems, type Problem } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import { printsJson } from "../lib/command-line.ts";
import type { Invocation } from "../lib/invocation.ts";
import type { StackName } from "../lib/stack-name.ts";
import { describeGaps } from "../report/downtime.ts";
import { stopFailed } from "../report/failed-containers.ts";
import { explainFailure, type FailedUp } from "../report/failure.ts";
import { withGateLogs, type GateLog } from "../report/gate-logs.ts";
import { withMissingImages } from "../stack/missing-images.ts";
import { configValue, operateOrCreate, withoutSalt } from "../stack/pulumi.ts";
import { describeOutputs, outputsOf } from "../stack/outputs.ts";
import { describeUnhealthy, findUnhealthy } from "../stack/present-containers.ts";
import { changedStages, pruneAllImages, pruneImages } from "../stack/prune-images.ts";
import { startStopped, withNeededRefresh } from "../stack/put-back-containers.ts";
import { changeStack, prepareChange, withRepair } from "../stack/change.ts";
import { identityOf, outputsInFile, readState, recordedStack } from "../stack/state.ts";

/** Deploys, and prints what the engine reports beside Pulumi. Returns the exit code: 0 if all that runs is healthy. */
export function up(invocation: Invocation, engine: Engine): Promise<number> {
  return withGateLogs((gateLogs) => deploy(invocation, engine, gateLogs));
}

async function deploy(invocation: Invocation, engine: Engine, gateLogs: () => readonly GateLog[]): Promise<number> {
  const { stack, isDefault } = invocation;
  const since = new Date();
  const before = outputsInFile(stack.name);
  await prepareChange(engine, stack);
  await startStopped(engine, stack);
  const flags = await withNeededRefresh(engine, stack, invocation.flags);
  const watch = watchContainers(engine, stack.name);
  const own = ["--yes", "--skip-preview", "--suppress-outputs"];
  const run = (more: readonly string[] = []): Promise<number> =>
    withRepair(engine, stack, () => operateOrCreate("up", stack, [...own, ...more, ...flags], isDefault));
  const refreshes = flags.some((flag) => /^(?:-r|--refresh(?:=true)?)$/.test(flag));
  let code: number;
  let gaps: string[];
  try {
    code = await (refreshes ? withMissingImages(engine, stack, run) : run());
  } finally {
    gaps = describeGaps(gapsIn(watch.stop(await identityOf(stack))));
  }
  if (code !== 0) {
    console.error(await explain(engine, stack, { since, gateLogs: gateLogs() }));
    await stopFailed(engine, await identityOf(stack));
    return code;
  }
  return report(invocation, engine, { before, gaps, since, gateLogs: gateLogs() });
}

async function report(
  { stack, flags }: Invocation,
  engine: Engine,
  { before, gaps, ...run }: { readonly before: unknown; readonly gaps: readonly string[] } & Run,
): Promise<number> {
  const unhealthy = await findUnhealthy(engine, (await recordedStack(stack)).containers, (line) => {
    console.error(line);
  });
  const found = await outputsOf(stack);
  // Only Pulumi's JSON belongs on the standard output then.
  const print = printsJson(flags) ? console.error : console.log;
  print([describeOutputs(found), ...gaps].join("\n"));
  const removed = await pruneImages(engine, stack.name, found, changedStages(before, found));
  if (removed > 0) print(`images removed that no kept release uses: ${String(removed)}`);
  if (unhealthy.length === 0) return 0;
  console.error(await explain(engine, stack, run));
  console.error(describeUnhealthy(unhealthy, `${forStack("up", stack.reference)} --refresh`));
  return 1;
}

type Run = Pick<FailedUp, "since" | "gateLogs">;

/** Explains a failure, with the logs of the builder that the stack's configuration names. */
async function explain(engine: Engine, stack: StackName, run: Run): Promise<string> {
  const builder = (await withoutSalt(stack, () => configValue(stack, "builder"))) ?? "default";
  return explainFailure(engine, await identityOf(stack), { ...run, builder, again: forStack("up", stack.reference) });
}

/**
 * Destroys the stack and removes its images. Pulumi 3 would destroy everything else before it fails at what is
 * protected.
 */
export async function destroy({ stack, flags }: Invocation, engine: Engine): Promise<number> {
  const { protectedNames, images, identity } = await readState(stack);
  if (protectedNames.length > 0)
    throwProblems([protectionProblem(stack.name, stack.reference, protectedNames)], "nothing was destroyed");
  const code = await changeStack("destroy", stack, engine, ["--yes", "--skip-preview", ...flags]);
  const { recorded } = await readState(stack);
  // With `--target`, a part of the stack is left, and it needs its images.
  if (code === 0 && recorded.size === 0) {
    await pruneAllImages(engine, identity, images);
    const command = `pulumi stack rm --preserve-config ${stack.reference}`;
    console.error(`the entry of "${stack.name}" stays for the next up; to remove it too: ${command}`);
  }
  return code;
}

function protectionProblem(name: string, reference: string, names: readonly string[]): Problem {
  return {
    key: "morgan:protectData",
    expected: "false, so that the data can be destroyed",
    found: `the stack "${name}" protects ${names.join(", ")}`,
    fix: `set protectData to false in Pulumi.${name}.yaml, run ${forStack("up", reference)}, then destroy`,
  };
}

import type { Engine } from "../../components/engine/engine.ts";
import { removeStrayCredentials } from "../../components/image/stages/stray-credentials.ts";
import { throwProblems, type Problem } from "../../components/lib/errors.ts";
import type { Arguments } from "../lib/arguments.ts";
import { watchContainers } from "../report/container-events.ts";
import { explainFailure, stopFailed } from "../report/failure.ts";
import { changedStages, pruneAllImages, pruneImages } from "../stack/prune-images.ts";
import { describeGaps, gapsIn } from "../report/downtime.ts";
import { isHeld, lockProblem, locksOf } from "../stack/state-lock.ts";
import { withMissingImages } from "../stack/missing-images.ts";
import { describeOutputs, outputsOf } from "../stack/outputs.ts";
import { operate, withoutSalt } from "../stack/pulumi.ts";
import { repairKilledRun } from "../stack/repair.ts";
import { pinnedRelease, pinRelease, releaseBefore } from "../stack/pinned-release.ts";
import { identityOf, outputsInFile, readState } from "../stack/state.ts";

/** Deploys, and prints what the engine reports beside Pulumi. Returns the exit code. */
export async function up(args: Arguments, engine: Engine): Promise<number> {
  const { stack, flags } = args;
  const since = new Date();
  const before = outputsInFile(stack);
  const watch = watchContainers(engine, stack);
  const deploy = (more: readonly string[] = []): Promise<number> =>
    change("up", args, engine, ["--yes", "--skip-preview", "--suppress-outputs", ...more]);
  const refreshes = flags.some((flag) => /^(?:-r|--refresh(?:=true)?)$/.test(flag));
  let code: number;
  let gaps: string[];
  try {
    code = await (refreshes ? withMissingImages(engine, stack, deploy) : deploy());
  } finally {
    gaps = describeGaps(gapsIn(watch.stop(await identityOf(stack))));
  }
  if (code !== 0) {
    const identity = await identityOf(stack);
    console.error(await explainFailure(engine, identity, since));
    await stopFailed(engine, identity);
    return code;
  }
  const found = await outputsOf(stack);
  console.log([describeOutputs(found), ...gaps].join("\n"));
  const removed = await pruneImages(engine, stack, found, changedStages(before, found));
  if (removed > 0) console.log(`images removed that no kept release uses: ${String(removed)}`);
  return 0;
}

/** Writes the release into the stack's configuration, for this and the next `up`, and runs it. */
export async function rollback(args: Arguments, engine: Engine): Promise<number> {
  const { stack, to, off } = args;
  const found = await outputsOf(stack);
  const target = off ? undefined : releaseBefore(found, to);
  const isOwn = target === undefined || found.releases.some(({ id }) => id === target);
  const before = isOwn ? target : await pinnedRelease(stack);
  await withoutSalt(stack, () => pinRelease(stack, target));
  // The preflight checks that the other stack has the release and that it may run here. If not, the file is restored.
  const refused = isOwn ? 0 : await preview(args, engine);
  if (refused === 0) return up(args, engine);
  await withoutSalt(stack, () => pinRelease(stack, before));
  return refused;
}

/** Prints what an `up` would change. */
export function preview(args: Arguments, engine: Engine): Promise<number> {
  return change("preview", args, engine, ["--suppress-outputs"]);
}

/**
 * Destroys the stack and removes its images. Pulumi 3 would destroy everything else before it fails at what is
 * protected.
 */
export async function destroy(args: Arguments, engine: Engine): Promise<number> {
  const { stack } = args;
  const { protectedNames, images, identity } = await readState(stack);
  if (protectedNames.length > 0) throwProblems([protectionProblem(stack, protectedNames)], "nothing was destroyed");
  const code = await change("destroy", args, engine, ["--yes", "--skip-preview"]);
  if (code === 0) await pruneAllImages(engine, identity, images);
  return code;
}

function protectionProblem(stack: string, names: readonly string[]): Problem {
  return {
    key: "morgan:protectData",
    expected: "false, so that the data can be destroyed",
    found: `the stack "${stack}" protects ${names.join(", ")}`,
    fix: `set protectData to false in Pulumi.${stack}.yaml, run "npm run up -- --stack ${stack}", then destroy`,
  };
}

async function change(
  operation: string,
  { stack, flags }: Arguments,
  engine: Engine,
  ownFlags: readonly string[],
): Promise<number> {
  const lock = locksOf(stack).find(isHeld);
  // A preview takes no lock.
  if (lock !== undefined && operation !== "preview") throwProblems([lockProblem(stack, lock)], "nothing was changed");
  await repairKilledRun(engine, stack);
  try {
    return await withoutSalt(stack, () => operate(operation, stack, [...ownFlags, ...flags]));
  } finally {
    // A build may have begun after the program, which removes them itself, had ended.
    removeStrayCredentials();
  }
}

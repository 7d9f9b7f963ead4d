import { removeStrayCredentials } from "../../components/image/stages/stray-credentials.ts";
import type { Arguments } from "../lib/arguments.ts";
import { watchContainers } from "../report/container-events.ts";
import { explainFailure, stopFailed } from "../report/failure.ts";
import { changedStages, forgetAllImages, forgetImages } from "../stack/prune-images.ts";
import { describeGaps, gapsIn } from "../report/downtime.ts";
import { describeHolder, isHeld, locksOf } from "../stack/state-lock.ts";
import { withMissingImages } from "../stack/missing-images.ts";
import { describeOutputs, outputsOf } from "../stack/outputs.ts";
import { operate, withoutSalt } from "../stack/pulumi.ts";
import { repairKilledRun } from "../stack/repair.ts";
import { pinnedRelease, pinRelease, releaseBefore } from "../stack/pinned-release.ts";
import { outputsInFile, readState } from "../stack/state.ts";

/** Deploys, and says what an engine and a registry know of it beside Pulumi; gives the exit code. */
export async function up(args: Arguments): Promise<number> {
  const { stack, flags } = args;
  const since = new Date();
  const before = outputsInFile(stack);
  const watch = watchContainers(stack, process.env["DOCKER_HOST"] ?? "");
  const deploy = (more: readonly string[] = []): Promise<number> =>
    change("up", args, ["--yes", "--skip-preview", "--suppress-outputs", ...more]);
  const refreshes = flags.some((flag) => /^(?:-r|--refresh(?:=true)?)$/.test(flag));
  let code: number;
  let gaps: string[];
  try {
    code = await (refreshes ? withMissingImages(stack, deploy) : deploy());
  } finally {
    gaps = describeGaps(gapsIn(watch.stop()));
  }
  if (code !== 0) {
    console.error(await explainFailure(stack, since));
    await stopFailed(stack);
    return code;
  }
  const found = await outputsOf(stack);
  console.log([describeOutputs(found), ...gaps].join("\n"));
  const forgotten = await forgetImages(stack, found, changedStages(before, found));
  if (forgotten > 0) console.log(`images removed that no kept release uses: ${String(forgotten)}`);
  return 0;
}

/** Names the release in the stack's configuration, where the next up finds it too, and runs it. */
export async function rollback(args: Arguments): Promise<number> {
  const { stack, to, off } = args;
  const found = await outputsOf(stack);
  const target = off ? undefined : releaseBefore(found, to);
  const isOwn = target === undefined || found.releases.some(({ id }) => id === target);
  const before = isOwn ? target : await pinnedRelease(stack);
  await withoutSalt(stack, () => pinRelease(stack, target));
  // Whether the other stack has it, and it may run here, is the preflight's to say, before it stays in the file.
  const refused = isOwn ? 0 : await preview(args);
  if (refused === 0) return up(args);
  await withoutSalt(stack, () => pinRelease(stack, before));
  return refused;
}

/** Says what an up would change. */
export function preview(args: Arguments): Promise<number> {
  return change("preview", args, ["--suppress-outputs"]);
}

/** Takes the stack away, and its images from the engine. Pulumi would take all else away before it met what is protected. */
export async function destroy(args: Arguments): Promise<number> {
  const { stack } = args;
  const { protectedNames, images } = await readState(stack);
  if (protectedNames.length === 0) {
    const code = await change("destroy", args, ["--yes", "--skip-preview"]);
    if (code === 0) await forgetAllImages(stack, images);
    return code;
  }
  console.error(
    `nothing was destroyed: "${stack}" protects ${protectedNames.join(", ")}. ` +
      `To give them up, set protectData to false in Pulumi.${stack}.yaml, run "npm run up -- --stack ${stack}", then destroy.`,
  );
  return 1;
}

async function change(operation: string, { stack, flags }: Arguments, ownFlags: readonly string[]): Promise<number> {
  const holder = locksOf(stack).find(isHeld);
  // A preview takes no lock.
  if (holder !== undefined && operation !== "preview") throw new Error(describeHolder(stack, holder));
  await repairKilledRun(stack);
  try {
    return await withoutSalt(stack, () => operate(operation, stack, [...ownFlags, ...flags]));
  } finally {
    // A build may have begun when the program, which sees to them itself, had ended.
    removeStrayCredentials();
  }
}

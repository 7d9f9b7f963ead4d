import type { StageManifest } from "./manifest.ts";
import type { ImageReason, PlannedImage } from "./plan.ts";
import { ownReasons, type CudaRows } from "./stage-reasons.ts";

type Stages = Readonly<Record<string, StageManifest>>;

/**
 * Compares the stages of the last `up` with those of this one. An image is built if something in its own stage differs,
 * or if an image is built that it stands on.
 *
 * @param after - in the order of the image graph: an image comes after all that it is built on.
 */
export function planImages(before: Stages, after: Stages, cuda: CudaRows): PlannedImage[] {
  const chains = new Map<string, readonly string[]>();
  const planned = Object.entries(after).map(([name, stage]): PlannedImage => {
    const known = before[name];
    const own: readonly ImageReason[] = known === undefined ? [{ kind: "new" }] : ownReasons(known, stage, cuda);
    const parents = [...new Set(Object.values(stage.parents))];
    const followed = parents.flatMap((parent) => {
      const chain = chains.get(parent);
      return chain === undefined ? [] : [[parent, ...chain]];
    });
    const reasons = [...own, ...withoutRepeats(followed).map((chain): ImageReason => ({ kind: "parent", chain }))];
    // A chain ends at an image with a cause of its own.
    if (own.length > 0) chains.set(name, []);
    else if (followed[0] !== undefined) chains.set(name, followed[0]);
    return { name, parents, action: reasons.length === 0 ? "cached" : "build", reasons };
  });
  const removed = Object.entries(before).flatMap(([name, { parents }]): PlannedImage[] =>
    name in after ? [] : [{ name, parents: [...new Set(Object.values(parents))], action: "remove", reasons: [] }],
  );
  return [...planned, ...removed];
}

/** Leaves out a chain that another chain goes through: base in "follows base" and "follows core-deps, base". */
function withoutRepeats(chains: readonly (readonly string[])[]): (readonly string[])[] {
  return chains.filter((chain) => !chains.some((other) => other !== chain && other.slice(1).includes(chain[0] ?? "")));
}

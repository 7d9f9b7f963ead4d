import type { Engine } from "../../components/engine/engine.ts";
import { printsJson } from "../lib/command-line.ts";
import type { Invocation } from "../lib/invocation.ts";
import { outputsOf } from "../stack/outputs.ts";
import { pinnedRelease, pinRelease, releaseBefore } from "../stack/pinned-release.ts";
import { STDERR, withoutSalt } from "../stack/pulumi.ts";
import { up } from "./deploy.ts";
import { previewText } from "./preview.ts";

/** Writes the release into the stack's configuration, for this and the next `up`, and runs it. */
export async function rollback(invocation: Invocation, engine: Engine): Promise<number> {
  const { stack, options } = invocation;
  const found = await outputsOf(stack);
  const wanted = typeof options["to"] === "string" ? options["to"] : undefined;
  const target = options["off"] === true ? undefined : releaseBefore(found, wanted, stack);
  const isOwn = target === undefined || found.releases.some(({ id }) => id === target);
  const before = isOwn ? target : await pinnedRelease(stack);
  await withoutSalt(stack, () => pinRelease(stack, target));
  // The preflight checks that the other stack has the release and that it may run here. If not, the file is restored.
  const refused = isOwn ? 0 : await previewText(invocation, engine, printsJson(invocation.flags) ? STDERR : {});
  if (refused === 0) return up(invocation, engine);
  await withoutSalt(stack, () => pinRelease(stack, before));
  return refused;
}

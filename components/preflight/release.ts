import type { MorganConfig } from "../config/config.ts";
import { messageOf, type Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import { registryOf, repository } from "../lib/image-reference.ts";
import { parseHistory } from "../release/history.ts";
import { UNKNOWN_REVISION, type PromotionSource } from "../release/release.ts";
import { planRelease, type ReleasePlan } from "../release/plan.ts";

/** Plans the release of a stack, from its own outputs and those of the stack from which it promotes. */
export async function planPromotion(
  config: MorganConfig,
  host: Host,
  outputs: Promise<unknown>,
): Promise<{ readonly plan: ReleasePlan; readonly problems: readonly Problem[] }> {
  const { fullName, release } = config;
  const { promoteFrom } = release;
  const stack = promoteFrom === "" ? "" : fullNameOf(promoteFrom, fullName);
  const [own, source, revision] = await Promise.all([
    outputs,
    stack === "" ? undefined : readSource(promoteFrom, stack, host),
    host.sourceRevision(),
  ]);
  const { plan, problems } = planRelease({
    stack: config.stack,
    accelerator: config.accelerator,
    services: config.services,
    release: release.pinned,
    promoteUncommitted: release.promoteUncommitted,
    repository: repository(registryOf(config.images.registry)),
    revision: revision ?? UNKNOWN_REVISION,
    history: parseHistory(own),
    source,
  });
  return { plan, problems: stack === fullName ? [selfPromotion(promoteFrom)] : problems };
}

/** Returns "organization/project/stack". A short name is of the same organization and project. */
function fullNameOf(name: string, beside: string): string {
  return name.includes("/") ? name : [...beside.split("/").slice(0, -1), name].join("/");
}

async function readSource(name: string, stack: string, host: Host): Promise<PromotionSource> {
  try {
    return { name, stack, read: parseHistory(await host.outputs(stack)) };
  } catch (error) {
    return { name, stack, read: { failure: messageOf(error) } };
  }
}

function selfPromotion(name: string): Problem {
  return {
    key: "morgan:promoteFrom",
    expected: "another stack than this one",
    found: `"${name}"`,
    fix: "name the stack whose images this one is to run, or unset promoteFrom",
  };
}

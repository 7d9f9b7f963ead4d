import type { Engine } from "../../components/engine/engine.ts";
import { MorganError } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import type { StackName } from "../lib/stack-name.ts";
import { findAbsent } from "./present-containers.ts";
import { recordedContainers } from "./state.ts";

/** Options with which a refresh of the whole stack would be something else than what the user asked for. */
const LIMITS = ["--plan", "--target", "-t", "--replace", "--target-replace", "--exclude"];

/** Starts the containers of a stack that somebody stopped. */
export async function startStopped(engine: Engine, stack: StackName): Promise<void> {
  const { stopped } = await findAbsent(engine, stack.name, await recordedContainers(stack));
  for (const { id, name } of stopped) {
    console.error(`${name}: its container was stopped; it is started`);
    // The engine's reason comes out as the health of the container, after the `up`.
    await engine.start(id).catch(() => undefined);
  }
}

/**
 * Returns Pulumi's options for an `up` or a preview: if containers are gone, a refresh is among them, since Pulumi takes
 * what it has recorded for present. @throws MorganError if containers are gone and the options do not allow a refresh.
 */
export async function withNeededRefresh(
  engine: Engine,
  stack: StackName,
  flags: readonly string[],
): Promise<readonly string[]> {
  if (flags.some((flag) => /^(?:-r|--refresh)/.test(flag))) return flags;
  const { missing } = await findAbsent(engine, stack.name, await recordedContainers(stack));
  if (missing.length === 0) return flags;
  const gone = missing.map(({ name }) => name).join(", ");
  const limit = flags.find((flag) => LIMITS.some((option) => flag === option || flag.startsWith(`${option}=`)));
  if (limit !== undefined) {
    const fix = `${forStack("up", stack.reference)} --refresh, and then this again`;
    const problem = { key: limit, expected: "every recorded container in the engine", found: `gone: ${gone}`, fix };
    throw new MorganError([problem], "nothing was changed");
  }
  console.error(`gone from the engine: ${gone}; Pulumi refreshes the state first, so that it is made again`);
  return [...flags, "--refresh"];
}

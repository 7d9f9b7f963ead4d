import type { Engine } from "../../components/engine/engine.ts";
import { MorganError } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import type { StackName } from "../lib/stack-name.ts";
import { findAbsent } from "./present-containers.ts";
import { identityOf, recordedContainers } from "./state.ts";

/** Options with which a refresh of the whole stack would be something else than what the user asked for. */
const LIMITS = ["--plan", "--target", "-t", "--replace", "--target-replace", "--exclude"];

/**
 * Starts the containers that somebody stopped, and returns Pulumi's options for an `up`: if containers are gone, a
 * refresh is among them, since Pulumi takes what it has recorded for present. @throws MorganError if containers are gone
 * and the options do not allow a refresh.
 */
export async function putBackContainers(
  engine: Engine,
  stack: StackName,
  flags: readonly string[],
): Promise<readonly string[]> {
  const { missing, stopped } = await findAbsent(engine, await identityOf(stack), await recordedContainers(stack));
  for (const { id, name } of stopped) {
    console.error(`${name}: its container was stopped; it is started`);
    // The engine's reason comes out as the health of the container, after the `up`.
    await engine.start(id).catch(() => undefined);
  }
  if (missing.length === 0 || flags.some((flag) => /^(?:-r|--refresh)/.test(flag))) return flags;
  const gone = missing.map(({ name }) => name).join(", ");
  const limit = flags.find((flag) => LIMITS.some((option) => flag === option || flag.startsWith(`${option}=`)));
  if (limit !== undefined) {
    const fix = `${forStack("up", stack.reference)} --refresh, and then this again`;
    const problem = { key: limit, expected: "every recorded container in the engine", found: `gone: ${gone}`, fix };
    throw new MorganError([problem], "nothing was changed");
  }
  console.error(`gone from the engine: ${gone}; the state is refreshed, and what is gone is made again`);
  return [...flags, "--refresh"];
}

import { bindingProblem, recordedEngine } from "../../components/engine/binding.ts";
import type { Engine } from "../../components/engine/engine.ts";
import type { EngineIdentity } from "../../components/engine/facts.ts";
import { messageOf, MorganError, throwProblems } from "../../components/lib/errors.ts";
import type { StackName } from "../lib/stack-name.ts";
import { stackOutputs } from "./state.ts";

/**
 * Returns the engine that answers, which is the one on which the stack runs, if it runs on any. The preflight compares
 * it with the configuration too, but a command changes things before the program runs, or without it.
 *
 * @throws MorganError if no engine answers, or another one than the stack's.
 */
export async function requireBoundEngine(engine: Engine, stack: StackName): Promise<EngineIdentity> {
  const found = await engine.facts().catch((error: unknown) => noEngine(messageOf(error)));
  const recorded = await stackOutputs(stack).then(recordedEngine);
  const problem = bindingProblem({ stack: stack.name, found, recorded, wanted: "" });
  if (problem !== undefined) throwProblems([problem], "nothing was changed");
  return found;
}

function noEngine(found: string): never {
  const fix = "start it, or choose another one with DOCKER_HOST or a docker context";
  const problem = { key: "container engine", expected: "an engine that answers", found, fix };
  throw new MorganError([problem], "nothing was changed");
}

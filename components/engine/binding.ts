import type { EngineIdentity } from "./facts.ts";
import type { Problem } from "../lib/errors.ts";
import { field, stringOr } from "../lib/json.ts";

/** An engine, and the stack that is to run on it. */
export interface Binding {
  /** Name of the stack. */
  readonly stack: string;
  /** The engine that answers. */
  readonly found: EngineIdentity;
  /** The engine on which the last `up` ran; undefined before the first one. */
  readonly recorded: EngineIdentity | undefined;
  /** Name or id of the engine that the configuration names; empty for any. */
  readonly wanted: string;
}

/** The engine in a stack's outputs, whatever program wrote the outputs; undefined if they name none. */
export function recordedEngine(outputs: unknown): EngineIdentity | undefined {
  const engine = field(outputs, "engine");
  const [id, name] = [stringOr(field(engine, "id"), ""), stringOr(field(engine, "name"), "")];
  return id === "" ? undefined : { id, name };
}

/** The problem that a stack does not belong to the engine that answers; undefined if it does. */
export function bindingProblem({ stack, found, recorded, wanted }: Binding): Problem | undefined {
  if (recorded !== undefined && recorded.id !== found.id) {
    return {
      key: "container engine",
      expected: `the engine ${describe(recorded)}, on which the stack "${stack}" runs`,
      found: `the engine ${describe(found)}`,
      fix:
        "set DOCKER_HOST or the docker context to that engine; to move the stack, destroy it there first " +
        "(docs/operations.md, The engine of a stack)",
    };
  }
  if (wanted === "" || wanted === found.id || wanted === found.name) return undefined;
  return {
    key: "morgan:engine",
    expected: `the engine "${wanted}", which the configuration of the stack "${stack}" names`,
    found: `the engine ${describe(found)}`,
    fix: `set DOCKER_HOST or the docker context to that engine, or: pulumi config set engine ${found.name} --stack ${stack}`,
  };
}

function describe({ id, name }: EngineIdentity): string {
  return `${name} (${id})`;
}

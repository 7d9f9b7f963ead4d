import { field, stringOr } from "../lib/json.ts";

/** Facts by which the things of one stack in an engine are told from those of all others. */
export interface Identity {
  /** Name of the stack when its state was made. */
  readonly stack: string;
  /** Random id of the state; undefined as long as the state has none. */
  readonly id: string | undefined;
  /** True if the stack ran before states had ids. Things with its name and without an id are its own too. */
  readonly legacy: boolean;
}

/** Reads an identity as the state holds it; undefined if the text is no identity. */
export function parseIdentity(text: unknown): Identity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(stringOr(text, ""));
  } catch {
    return undefined;
  }
  const [stack, id] = [stringOr(field(value, "stack"), ""), stringOr(field(value, "id"), "")];
  return stack === "" || id === "" ? undefined : { stack, id, legacy: field(value, "legacy") === true };
}

/** True if the outputs of a stack are those of an `up` that succeeded. */
export function hasRun(outputs: unknown): boolean {
  return field(outputs, "endpoint") !== undefined;
}

/** True if the outputs of a stack were written before states had ids. */
export function isLegacy(outputs: unknown): boolean {
  return hasRun(outputs) && field(outputs, "identity") === undefined;
}

import type { StackName } from "../../../cli/lib/stack-name.ts";

/** The stack dev. */
export const DEV = stackNamed("dev");

/** A stack by its short name. */
export function stackNamed(name: string): StackName {
  return { name, reference: name };
}

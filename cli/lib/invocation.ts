import type { CommandLine } from "./command-line.ts";
import type { StackName } from "./stack-name.ts";

/** A command line with the stack that it is for. */
export interface Invocation extends Omit<CommandLine, "stack"> {
  readonly stack: StackName;
  /** True if a command that names no stack is for this stack too. */
  readonly isDefault: boolean;
  /** True if the command line names the stack. */
  readonly isNamed: boolean;
}

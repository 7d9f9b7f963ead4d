/** The name of a stack, in its two forms. */
export interface StackName {
  /** The short name: part of labels, of names in the engine, and of the configuration's file. */
  readonly name: string;
  /** The name for Pulumi, as the user gave it: "dev", "organization/dev" or "organization/morgan/dev". */
  readonly reference: string;
}

/** The project of Pulumi.yaml, which a full name of a stack repeats. */
const PROJECT = "morgan";

/** Pulumi 3.259 accepts these characters in each part of a stack's name. */
const PART = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** Form of a stack's name, for problems. */
export const STACK_NAME_FORM = `a name of letters, digits, "-", "_" and ".", or "organization/stack", or "organization/${PROJECT}/stack"`;

/** Parses a stack's name; returns undefined if it is none, or a stack of another project. */
export function parseStackName(text: string): StackName | undefined {
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 3 || !parts.every((part) => PART.test(part))) return undefined;
  return parts.length === 3 && parts[1] !== PROJECT ? undefined : { name, reference: text };
}

import { parseArgs } from "node:util";

/** What a command was told. */
export interface Arguments {
  readonly command: string;
  /** Name of the stack; "dev" unless another is named. */
  readonly stack: string;
  /** File that a command reads or writes. */
  readonly file: string | undefined;
  /** Whether outputs are printed for programs. */
  readonly json: boolean;
  /** Id of the release that a rollback is to run; undefined for the one before. */
  readonly to: string | undefined;
  /** Whether a rollback is to be undone. */
  readonly off: boolean;
  /** What is not for this program: Pulumi's flags. */
  readonly flags: readonly string[];
}

const OPTIONS = {
  // Pulumi's own short name for it, or a command would look after one stack and Pulumi change another.
  stack: { type: "string", short: "s", default: "dev" },
  json: { type: "boolean", default: false },
  to: { type: "string" },
  off: { type: "boolean", default: false },
} as const;

/** Reads a command line, without the program's own name. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const [command = "", file] = positionals;
  const named = tokens.find(({ kind }) => kind === "positional");
  const own = new Set([named?.index, ...tokens.flatMap(indicesOfOwn)]);
  return {
    command,
    file,
    // Pulumi takes "-s=prod" for "-s prod".
    stack: String(values.stack).replace(/^=/, ""),
    json: values.json === true,
    to: typeof values.to === "string" ? values.to : undefined,
    off: values.off === true,
    flags: args.filter((_, index) => !own.has(index)),
  };
}

/** What `parseArgs` found at a place of the command line. */
interface Token {
  readonly kind: string;
  readonly index: number;
  readonly name?: string;
  readonly value?: string | undefined;
  /** Whether the value is part of the same argument. */
  readonly inlineValue?: boolean | undefined;
}

/** Which arguments a token of this program takes up; none for another's. */
function indicesOfOwn({ kind, index, name = "", value, inlineValue }: Token): number[] {
  if (kind !== "option" || !(name in OPTIONS)) return [];
  return value === undefined || inlineValue === true ? [index] : [index, index + 1];
}

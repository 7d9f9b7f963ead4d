import { parseArgs } from "node:util";

/** The arguments of a command. */
export interface Arguments {
  readonly command: string;
  /** Name of the stack; "dev" by default. */
  readonly stack: string;
  /** File that a command reads or writes. */
  readonly file: string | undefined;
  /** True if outputs are printed as JSON. */
  readonly json: boolean;
  /** Id of the release that a rollback runs; undefined for the release before the one that runs. */
  readonly to: string | undefined;
  /** True if a rollback is undone. */
  readonly off: boolean;
  /** Pulumi's flags: all arguments that this program does not have. */
  readonly flags: readonly string[];
}

const OPTIONS = {
  // Pulumi's own short name. Without it, a command would repair one stack and Pulumi change another.
  stack: { type: "string", short: "s", default: "dev" },
  json: { type: "boolean", default: false },
  to: { type: "string" },
  off: { type: "boolean", default: false },
} as const;

/** Reads a command line, which begins after the program's name. */
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

/** A piece of the command line, as `parseArgs` returns it. */
interface Token {
  readonly kind: string;
  readonly index: number;
  readonly name?: string;
  readonly value?: string | undefined;
  /** True if the value is part of the same argument. */
  readonly inlineValue?: boolean | undefined;
}

/** Indices of the arguments of a token; none if its option is not this program's. */
function indicesOfOwn({ kind, index, name = "", value, inlineValue }: Token): number[] {
  if (kind !== "option" || !(name in OPTIONS)) return [];
  return value === undefined || inlineValue === true ? [index] : [index, index + 1];
}

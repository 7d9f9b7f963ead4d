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
  stack: { type: "string", default: "dev" },
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
  return {
    command,
    file,
    stack: String(values.stack),
    json: values.json === true,
    to: typeof values.to === "string" ? values.to : undefined,
    off: values.off === true,
    flags: tokens.flatMap((token) =>
      token.kind === "option" && !(token.name in OPTIONS)
        ? [`${token.rawName}${token.value === undefined ? "" : `=${token.value}`}`]
        : [],
    ),
  };
}

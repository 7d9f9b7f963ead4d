import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { MorganError } from "../../components/lib/errors.ts";
import { COMMANDS, STACK_OPTION, type CommandDescription, type CommandOption } from "./commands.ts";
import { parseStackName, STACK_NAME_FORM, type StackName } from "./stack-name.ts";

/** A command line that is right. */
export interface CommandLine {
  readonly command: string;
  /** The stack that it names; undefined if it names none. */
  readonly stack: StackName | undefined;
  /** The value of the command's argument; undefined if it is not given. */
  readonly argument: string | undefined;
  /** The command's own options that are given: a text, or true for an option without a value. */
  readonly options: Readonly<Record<string, string | true>>;
  /** The options for Pulumi, as they were written and in their order. */
  readonly flags: readonly string[];
}

/**
 * Parses a command line, which begins after the program's name. Returns undefined if it asked for help, which is printed
 * then. @throws UsageError if it is wrong.
 */
export function parseCommandLine(
  args: readonly string[],
  print: (text: string) => void = (text) => process.stdout.write(text),
): CommandLine | undefined {
  let parsed: CommandLine | undefined;
  const program = new Command("morgan")
    .usage("<command> [options]")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help")
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .addOption(stackOption())
    .exitOverride();
  for (const description of COMMANDS) {
    addCommand(program, description, (line) => {
      parsed = { ...line, stack: program.getOptionValue("stack") as StackName | undefined };
    });
  }
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    // Commander prints the help itself if there is no command at all.
    const found =
      error.code === "commander.help" ? "no command" : error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
    throw wrongLine(args, found);
  }
  return parsed;
}

function addCommand(
  program: Command,
  { name, summary, argument, options, passesTo, examples }: CommandDescription,
  done: (line: Omit<CommandLine, "stack">) => void,
): void {
  const command = program
    .command(name)
    .description(summary)
    .helpOption("-h, --help", "print help")
    .allowUnknownOption(passesTo !== undefined)
    .allowExcessArguments(passesTo !== undefined)
    .addHelpText("after", helpAfter(passesTo, examples));
  if (argument !== undefined)
    command.addArgument(
      new Argument(argument.required ? `<${argument.name}>` : `[${argument.name}]`, argument.description),
    );
  for (const option of options) command.addOption(once(new Option(flagsOf(option), option.description)));
  command.action(() => {
    const flags = passesTo === undefined ? [] : command.args;
    if (passesTo !== undefined) checkFlags(name, options, flags);
    done({
      command: name,
      argument: argument === undefined ? undefined : command.args[0],
      options: command.opts(),
      flags,
    });
  });
}

function helpAfter(passesTo: string | undefined, examples: readonly string[]): string {
  const passed = passesTo === undefined ? "" : `\nAll other options go to "pulumi ${passesTo}".\n`;
  return `${passed}\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}`;
}

function flagsOf({ name, short, value }: CommandOption): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`;
}

function stackOption(): Option {
  return new Option(flagsOf(STACK_OPTION), STACK_OPTION.description).argParser((text, before: unknown) => {
    if (before !== undefined) throw new InvalidArgumentError("It is given twice.");
    // Pulumi takes "-s=prod" for "-s prod".
    const stack = parseStackName(text.replace(/^=/, ""));
    if (stack === undefined) throw new InvalidArgumentError(`Expected ${STACK_NAME_FORM}.`);
    return stack;
  });
}

/** Refuses an empty value, and a second value for an option that takes one. */
function once(option: Option): Option {
  if (option.isBoolean() || !option.required) return option;
  return option.argParser((text: string, before: unknown) => {
    if (before !== undefined) throw new InvalidArgumentError("It is given twice.");
    if (text === "") throw new InvalidArgumentError("It is empty.");
    return text;
  });
}

/** Refuses what Pulumi would take for something else: an option of another command, and a word without an option. */
function checkFlags(command: string, own: readonly CommandOption[], flags: readonly string[]): void {
  const foreign = COMMANDS.flatMap(({ name, options }) => options.map((option) => ({ name, option }))).filter(
    // "--json" and "--yes" are options of Pulumi too.
    ({ option }) => !["json", "yes"].includes(option.name) && !own.some(({ name }) => name === option.name),
  );
  for (const { name, option } of foreign) {
    const found = flags.find((flag) => flag === `--${option.name}` || flag.startsWith(`--${option.name}=`));
    if (found !== undefined)
      throw wrongLine([command, ...flags], `${found} is an option of ${name}, not of ${command}`);
  }
  const stray = flags.find((flag, index) => !flag.startsWith("-") && !takesValue(flags[index - 1]));
  if (stray !== undefined) throw wrongLine([command, ...flags], `"${stray}", which belongs to no option`);
}

/** True if Pulumi prints JSON with these options, so that nothing else belongs on the standard output. */
export function printsJson(flags: readonly string[]): boolean {
  return flags.some((flag) => ["--json", "--json=true", "-j"].includes(flag));
}

/** True if the next word may be the value of an option. */
function takesValue(flag: string | undefined): boolean {
  return flag?.startsWith("-") === true && !flag.includes("=");
}

/** A command line that is wrong. */
export class UsageError extends MorganError {}

function wrongLine(args: readonly string[], found: string): UsageError {
  const name = args.find((arg) => COMMANDS.some((command) => command.name === arg));
  const fix = `./morgan ${name === undefined ? "" : `${name} `}--help`;
  const line = ["./morgan", ...args].join(" ");
  return new UsageError([{ key: line, expected: "a command with its own options", found, fix }], "nothing was changed");
}

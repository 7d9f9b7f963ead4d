/** An option of a command. */
export interface CommandOption {
  /** Its name on the command line, without dashes. */
  readonly name: string;
  /** Its short name, a letter. */
  readonly short?: string;
  /** Name of its value; undefined for an option that is only there or not. */
  readonly value?: string;
  readonly description: string;
}

/** A command of the command line. */
export interface CommandDescription {
  readonly name: string;
  /** The result of the command, in a line. */
  readonly summary: string;
  readonly argument?: { readonly name: string; readonly description: string; readonly required: boolean };
  readonly options: readonly CommandOption[];
  /** The operation of Pulumi that gets all other options; undefined if the command refuses them. */
  readonly passesTo?: string;
  /** Command lines that show how it is used. */
  readonly examples: readonly string[];
}

/** The option of every command. */
export const STACK_OPTION: CommandOption = {
  name: "stack",
  short: "s",
  value: "name",
  description: "the stack; by default PULUMI_STACK, else the stack that Pulumi has selected, else dev",
};

const YES: CommandOption = {
  name: "yes",
  short: "y",
  description: "do not ask; required if there is no terminal",
};
const JSON_OUTPUT: CommandOption = { name: "json", description: "print JSON, for programs" };

/** Every command, in the order in which people need them. */
export const COMMANDS: readonly CommandDescription[] = [
  {
    name: "up",
    summary: "build what changed, push it, deploy it, and print the address",
    options: [],
    passesTo: "up",
    examples: ["./morgan up", "./morgan up --stack prod", "./morgan up --refresh"],
  },
  {
    name: "preview",
    summary: "print what an up would change, why, and what it interrupts; changes nothing",
    options: [
      { name: "all", description: "print what stays too, and every reason" },
      { name: "json", description: "print the plan as JSON, for programs" },
      { name: "without-machine", description: "leave out what only the machine of the stack can answer" },
      { name: "markdown", value: "file", description: "write the plan as a comment for a pull request; - prints it" },
    ],
    passesTo: "preview",
    examples: ["./morgan preview", "./morgan preview --stack prod --json", "./morgan preview --markdown comment.md"],
  },
  {
    name: "comment",
    summary: "write previews of stacks into one comment of a pull request, for CI",
    argument: { name: "folder", description: "the folder with the files of preview --markdown", required: true },
    options: [],
    examples: ["./morgan comment previews"],
  },
  {
    name: "rollback",
    summary: "run the release before the one that runs, for this and the next up",
    options: [
      { name: "to", value: "release", description: "run this release instead" },
      { name: "off", description: "run the newest release again" },
      YES,
    ],
    passesTo: "up",
    examples: ["./morgan rollback --stack prod", "./morgan rollback --stack prod --to r0a1b2c3d --yes"],
  },
  {
    name: "destroy",
    summary: "remove the containers, networks, volumes and images of a stack",
    options: [YES],
    passesTo: "destroy",
    examples: ["./morgan destroy --stack dev"],
  },
  {
    name: "outputs",
    summary: "print the outputs of a stack",
    options: [JSON_OUTPUT],
    examples: ["./morgan outputs", "./morgan outputs --stack prod --json"],
  },
  {
    name: "outdated",
    summary: "print what has a newer release upstream, and what taking it would rebuild",
    options: [JSON_OUTPUT],
    examples: ["./morgan outdated", "./morgan outdated --stack prod --json"],
  },
  {
    name: "graph",
    summary: "print the image graph of a stack, with sizes, as a Mermaid picture",
    options: [],
    examples: ["./morgan graph", "./morgan graph --stack prod > graph.mmd"],
  },
  {
    name: "report",
    summary: "write a page about a stack: image graph, sizes, timelines and releases",
    argument: { name: "file", description: "by default a file named after the stack; - prints it", required: false },
    options: [],
    examples: ["./morgan report", "./morgan report prod.html --stack prod"],
  },
  {
    name: "backup",
    summary: "write the database of a stack into a file",
    argument: { name: "file", description: "by default a file named after the stack and the time", required: false },
    options: [],
    examples: ["./morgan backup", "./morgan backup monday.dump --stack prod"],
  },
  {
    name: "restore",
    summary: "replace what the database of a stack holds by a backup",
    argument: { name: "file", description: "the file of a backup", required: true },
    options: [YES],
    examples: ["./morgan restore monday.dump --stack prod"],
  },
  {
    name: "demo",
    summary: "send a recorded sentence to a stack and print its answer",
    options: [],
    examples: ["./morgan demo"],
  },
  {
    name: "adopt",
    summary: "take over the volumes of a stack whose state is lost",
    options: [YES],
    examples: ["./morgan adopt --stack dev"],
  },
  {
    name: "env",
    summary: 'print what a shell needs to call "pulumi" itself',
    options: [],
    examples: ['eval "$(./morgan env)"', 'eval "$(./morgan env --stack prod)"'],
  },
  {
    name: "completion",
    summary: "print a script that completes command lines of morgan",
    argument: { name: "shell", description: "bash, zsh or fish", required: true },
    options: [],
    examples: ['eval "$(./morgan completion bash)"', "./morgan completion fish | source"],
  },
];

import { connectEngine } from "../components/engine/engine.ts";
import { messageOf, throwProblems } from "../components/lib/errors.ts";
import { forStack } from "../components/lib/hints.ts";
import { engineAddress } from "../toolchain/lib/engine-address.mjs";
import { environment } from "../toolchain/lib/environment.mjs";
import { adopt } from "./commands/adopt.ts";
import { setting } from "../toolchain/lib/paths.mjs";
import { backup, backupName } from "./commands/backup.ts";
import { comment } from "./commands/comment.ts";
import { demo } from "./commands/demo.ts";
import { destroy, up } from "./commands/deploy.ts";
import { outdated } from "./commands/outdated.ts";
import { preview } from "./commands/preview.ts";
import { graph } from "./commands/graph.ts";
import { report, reportName } from "./commands/report.ts";
import { restore } from "./commands/restore.ts";
import { rollback } from "./commands/rollback.ts";
import { parseCommandLine, UsageError, type CommandLine } from "./lib/command-line.ts";
import { completionScript } from "./lib/completion.ts";
import { confirm, onTerminal } from "./lib/confirm.ts";
import { endOnSignals } from "./lib/interrupts.ts";
import type { Invocation } from "./lib/invocation.ts";
import { Interrupted } from "./lib/signals.ts";
import { swallowedOptions } from "./lib/swallowed-options.ts";
import { requireBoundEngine } from "./stack/bound-engine.ts";
import { describeOutputs, outputsOf } from "./stack/outputs.ts";
import { configValue, withoutSalt } from "./stack/pulumi.ts";
import { defaultStack, isDefaultStack, requireStack } from "./stack/selected-stack.ts";
import { identityOf } from "./stack/state.ts";

const engine = connectEngine(() => engineAddress(process.env));

type Action = (invocation: Invocation) => number | Promise<number>;

const ACTIONS: Readonly<Record<string, Action>> = {
  up: bound((invocation) => up(invocation, engine)),
  preview: existing((invocation) => preview(invocation, engine)),
  rollback: existing(asking("run another release of", (invocation) => rollback(invocation, engine))),
  destroy: existing(asking("destroy", (invocation) => destroy(invocation, engine))),
  outputs: existing(printOutputs),
  outdated: existing((invocation) => outdated(invocation, engine)),
  graph: existing(printGraph),
  report: existing(writeReport),
  backup: existing(bound(makeBackup)),
  restore: existing(asking("replace the database of", putBack)),
  demo: existing(talk),
  adopt: bound((invocation) => adopt(invocation, engine)),
  comment: ({ argument = "" }) => comment(argument, process.env),
  env: printEnvironment,
};

/** Refuses a stack that does not exist. */
function existing(action: Action): Action {
  return async (invocation) => {
    await requireStack(invocation.stack);
    return action(invocation);
  };
}

/** Refuses another engine than the stack's. */
function bound(action: Action): Action {
  return async (invocation) => {
    await requireBoundEngine(engine, invocation.stack);
    return action(invocation);
  };
}

/** Refuses another engine than the stack's, and asks before an action that cannot be undone. */
function asking(what: string, action: Action): Action {
  return async (invocation) => {
    const { command, stack, options } = invocation;
    const { name } = await requireBoundEngine(engine, stack);
    const question = `${what} the stack "${stack.name}" on the engine "${name}"`;
    await confirm(question, forStack(command, stack.reference), onTerminal(options["yes"] === true));
    return action(invocation);
  };
}

async function printOutputs({ stack, options }: Invocation): Promise<number> {
  const found = await outputsOf(stack);
  console.log(options["json"] === true ? JSON.stringify(found, undefined, 2) : describeOutputs(found));
  return 0;
}

async function printGraph({ stack }: Invocation): Promise<number> {
  process.stdout.write(graph(await outputsOf(stack), stack));
  return 0;
}

async function writeReport({ stack, argument }: Invocation): Promise<number> {
  const file = argument ?? reportName(stack.name);
  const [outputs, identity] = [await outputsOf(stack), await identityOf(stack)];
  await report(engine, { stack, identity, outputs, file });
  if (file !== "-") console.log(`${file}: a page about "${stack.name}", for a browser`);
  return 0;
}

async function makeBackup({ stack, argument }: Invocation): Promise<number> {
  const { name } = stack;
  const file = argument ?? backupName(name, new Date());
  const bytes = await backup(engine, { stack, identity: await identityOf(stack) }, file);
  console.log(`${file}: the database of "${name}", ${String(bytes)} bytes`);
  return 0;
}

async function putBack({ stack, argument = "" }: Invocation): Promise<number> {
  const { made, tables } = await restore(engine, { stack, identity: await identityOf(stack) }, argument);
  console.log(`the database of "${stack.name}" holds ${tables.join(", ")} as of ${made}, from ${argument}`);
  return 0;
}

/** The stack's own configuration has the token; anyone else sets MORGAN_API_TOKEN. */
async function talk({ stack }: Invocation): Promise<number> {
  const { endpoint } = await outputsOf(stack);
  const token = setting(process.env, "MORGAN_API_TOKEN");
  await demo(endpoint, token ?? (await withoutSalt(stack, () => configValue(stack, "apiToken"))));
  return 0;
}

/** Prints the variables that the launcher has set, and the stack if the command line names one. */
function printEnvironment({ stack, isNamed }: Invocation): number {
  const { HOME, XDG_CACHE_HOME, PATH, MORGAN_VARIABLES } = process.env;
  const needed = environment({ root: process.cwd(), env: { HOME, XDG_CACHE_HOME, PATH } });
  const names = MORGAN_VARIABLES?.split(" ") ?? Object.keys(needed);
  const values = names.map((name) => [name, process.env[name] ?? needed[name]] as const);
  for (const [name, value] of isNamed ? [...values, ["PULUMI_STACK", stack.reference] as const] : values) {
    if (value !== undefined) console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
  }
  return 0;
}

function printCompletion({ argument = "" }: CommandLine): number {
  process.stdout.write(completionScript(argument));
  return 0;
}

/** Describes in a line how a signal ended a command. */
function describeEnd(command: string, end: Interrupted): string {
  const left = end.atOnce ? "the next command on this stack puts right what it left" : "what it had done is recorded";
  return `${command} was ${end.message}; ${left}`;
}

/** Returns the exit code of a command line. */
async function run(args: readonly string[]): Promise<number> {
  throwProblems(swallowedOptions(process.env, args), "nothing was changed");
  const line = parseCommandLine(args);
  if (line === undefined) return 0;
  if (line.command === "completion") return printCompletion(line);
  const stack = line.stack ?? defaultStack(process.env);
  const isDefault = line.stack === undefined || isDefaultStack(line.stack, process.env);
  const invocation = { ...line, stack, isDefault, isNamed: line.stack !== undefined };
  const command = forStack(line.command, stack.reference);
  endOnSignals((signal) => {
    console.error(describeEnd(command, new Interrupted(signal)));
  });
  try {
    return await (ACTIONS[line.command]?.(invocation) ?? 2);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error(describeEnd(command, error));
    return error.exitCode;
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

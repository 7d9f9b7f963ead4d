import { connectEngine } from "../components/engine/engine.ts";
import { messageOf, MorganError } from "../components/lib/errors.ts";
import { environment } from "../toolchain/lib/environment.mjs";
import { readArguments, type Arguments } from "./lib/arguments.ts";
import { backup, backupName } from "./commands/backup.ts";
import { demo } from "./commands/demo.ts";
import { destroy, preview, rollback, up } from "./commands/deploy.ts";
import { describeOutputs, outputsOf } from "./stack/outputs.ts";
import { configValue, withoutSalt } from "./stack/pulumi.ts";
import { identityOf } from "./stack/state.ts";
import { restore } from "./commands/restore.ts";

const USAGE = `usage: npm run <command> [-- --stack <name>] [flags of pulumi]

  up        build what changed, push it, deploy it; then print its address
  preview   print what "up" would change
  rollback  run the release before the one that runs; --to <id>: another one; --off: the newest again
  destroy   remove the stack's containers, networks, volumes and images
  outputs   print the stack's outputs; --json for programs
  backup    write the stack's database into a file: [FILE], else one named after stack and time
  restore   replace what the database holds by a backup: FILE
  demo      send a recorded sentence to the stack and print its answer
  env       print what a shell needs to call "pulumi" itself: eval "$(npm run -s env)"
`;

const engine = connectEngine(process.env["DOCKER_HOST"] ?? "");

type Command = (args: Arguments) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  up: (args) => up(args, engine),
  preview: (args) => preview(args, engine),
  rollback: (args) => rollback(args, engine),
  destroy: (args) => destroy(args, engine),
  outputs: printOutputs,
  backup: makeBackup,
  restore: putBack,
  demo: talk,
  env: printEnvironment,
};

async function printOutputs({ stack, json }: Arguments): Promise<number> {
  const found = await outputsOf(stack);
  console.log(json ? JSON.stringify(found, undefined, 2) : describeOutputs(found));
  return 0;
}

async function makeBackup({ stack, file }: Arguments): Promise<number> {
  const target = file ?? backupName(stack, new Date());
  const bytes = await backup(engine, await identityOf(stack), target);
  console.log(`${target}: the database of "${stack}", ${String(bytes)} bytes`);
  return 0;
}

async function putBack({ stack, file }: Arguments): Promise<number> {
  if (file === undefined) {
    const fix = "npm run restore -- FILE [--stack NAME]";
    const problem = { key: "npm run restore", expected: "the file of a backup", found: "no file", fix };
    throw new MorganError([problem], "nothing was restored");
  }
  const { made, tables } = await restore(engine, await identityOf(stack), file);
  console.log(`the database of "${stack}" holds ${tables.join(", ")} as of ${made}, from ${file}`);
  return 0;
}

/** The stack's own configuration has the token; anyone else sets MORGAN_API_TOKEN. */
async function talk({ stack }: Arguments): Promise<number> {
  const { endpoint } = await outputsOf(stack);
  await demo(
    endpoint,
    process.env["MORGAN_API_TOKEN"] ?? (await withoutSalt(stack, () => configValue(stack, "apiToken"))),
  );
  return 0;
}

/** The launcher has set these variables already, so `environment` gets what it would have without the launcher. */
function printEnvironment(): number {
  const { HOME, XDG_CACHE_HOME, PATH } = process.env;
  const needed = environment({ root: process.cwd(), env: { HOME, XDG_CACHE_HOME, PATH } });
  for (const [name, otherwise] of Object.entries(needed)) {
    console.log(`export ${name}='${(process.env[name] ?? otherwise).replaceAll("'", `'\\''`)}'`);
  }
  return 0;
}

try {
  const args = readArguments(process.argv.slice(2));
  const run = COMMANDS[args.command];
  if (run === undefined) console.error(USAGE);
  process.exitCode = (await run?.(args)) ?? 2;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

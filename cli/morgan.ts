import { environment } from "../toolchain/lib/environment.mjs";
import { readArguments, type Arguments } from "./lib/arguments.ts";
import { backup, backupName } from "./commands/backup.ts";
import { demo } from "./commands/demo.ts";
import { destroy, preview, rollback, up } from "./commands/deploy.ts";
import { describeOutputs, outputsOf } from "./stack/outputs.ts";
import { configValue, withoutSalt } from "./stack/pulumi.ts";
import { restore } from "./commands/restore.ts";

const USAGE = `usage: npm run <command> [-- --stack <name>] [flags of pulumi]

  up        build what changed, push it, deploy it; then say where it runs
  preview   say what "up" would change
  rollback  run the release before the one that runs; --to <id>: another one; --off: the newest again
  destroy   remove the stack's containers, networks, volumes and images
  outputs   print the stack's outputs; --json for programs
  backup    write the stack's database into a file: [FILE], else one named after stack and time
  restore   put what a backup holds in the place of what the database holds: FILE
  demo      say a recorded sentence to the stack and print its answer
  env       print what a shell needs to call "pulumi" itself: eval "$(npm run -s env)"
`;

type Command = (args: Arguments) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  up,
  preview,
  rollback,
  destroy,
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
  const bytes = await backup(stack, target);
  console.log(`${target}: the database of "${stack}", ${String(bytes)} bytes`);
  return 0;
}

async function putBack({ stack, file }: Arguments): Promise<number> {
  if (file === undefined) throw new Error("name the backup: npm run restore -- FILE [--stack NAME]");
  const { made, tables } = await restore(stack, file);
  console.log(`the database of "${stack}" holds ${tables.join(", ")} as of ${made}, from ${file}`);
  return 0;
}

/** Whoever runs the stack has the token in its configuration, others are told it. */
async function talk({ stack }: Arguments): Promise<number> {
  const { endpoint } = await outputsOf(stack);
  await demo(
    endpoint,
    process.env["MORGAN_API_TOKEN"] ?? (await withoutSalt(stack, () => configValue(stack, "apiToken"))),
  );
  return 0;
}

/** The launcher has set these already, so that they are asked for as they would be without it. */
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
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

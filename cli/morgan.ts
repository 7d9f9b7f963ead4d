import { parseArgs } from "node:util";
import { environment } from "../toolchain/environment.mjs";
import { backup, backupName } from "./backup.ts";
import { watchContainers } from "./container-events.ts";
import { demo } from "./demo.ts";
import { explainFailure, stopFailed } from "./failure.ts";
import { describeGaps, gapsIn } from "./gaps.ts";
import { describeHolder, isHeld, locksOf } from "./holder.ts";
import { withMissingImages } from "./missing-images.ts";
import { describeOutputs, isOutputs, type Outputs } from "./outputs.ts";
import { configValue, operate, withoutSalt } from "./pulumi.ts";
import { repairKilledRun } from "./repair.ts";
import { restore } from "./restore.ts";
import { readState, stackOutputs } from "./state.ts";

const USAGE = `usage: npm run <command> [-- --stack <name>] [flags of pulumi]

  up       build what changed, push it, deploy it; then say where it runs
  preview  say what "up" would change
  destroy  remove the stack's containers, networks and volumes
  outputs  print the stack's outputs; --json for programs
  backup   write the stack's database into a file: [FILE], else one named after stack and time
  restore  put what a backup holds in the place of what the database holds: FILE
  demo     say a recorded sentence to the stack and print its answer
  env      print what a shell needs to call "pulumi" itself: eval "$(npm run -s env)"
`;

const { values, positionals, tokens } = parseArgs({
  options: { stack: { type: "string", default: "dev" }, json: { type: "boolean", default: false } },
  strict: false,
  allowPositionals: true,
  tokens: true,
});
const stack = String(values.stack);
const [command = "", file] = positionals;

/** What is not for this program is for Pulumi's. */
const flags = tokens.flatMap((token) =>
  token.kind === "option" && token.name !== "stack" && token.name !== "json"
    ? [`${token.rawName}${token.value === undefined ? "" : `=${token.value}`}`]
    : [],
);

const refreshes = flags.some((flag) => /^(?:-r|--refresh(?:=true)?)$/.test(flag));

async function up(): Promise<number> {
  const since = new Date();
  const watch = watchContainers(stack, process.env["DOCKER_HOST"] ?? "");
  const code = await (refreshes ? withMissingImages(stack, deploy) : deploy());
  const gaps = describeGaps(gapsIn(watch.stop()));
  if (code !== 0) {
    console.error(await explainFailure(stack, since));
    await stopFailed(stack);
    return code;
  }
  console.log([describeOutputs(await outputsOf()), ...gaps].join("\n"));
  return 0;
}

function deploy(more: readonly string[] = []): Promise<number> {
  return change("up", ["--yes", "--skip-preview", "--suppress-outputs", ...more]);
}

/** Pulumi would take everything else away before it met what is protected. */
async function destroy(): Promise<number> {
  const { protectedNames } = await readState(stack);
  if (protectedNames.length === 0) return change("destroy", ["--yes", "--skip-preview"]);
  console.error(
    `nothing was destroyed: "${stack}" protects ${protectedNames.join(", ")}. ` +
      `To give them up, set protectData to false in Pulumi.${stack}.yaml, run "npm run up -- --stack ${stack}", then destroy.`,
  );
  return 1;
}

async function change(operation: string, ownFlags: readonly string[]): Promise<number> {
  const holder = locksOf(stack).find(isHeld);
  // A preview takes no lock.
  if (holder !== undefined && operation !== "preview") throw new Error(describeHolder(stack, holder));
  await repairKilledRun(stack);
  return withoutSalt(stack, () => operate(operation, stack, [...ownFlags, ...flags]));
}

async function outputsOf(): Promise<Outputs> {
  const found = await stackOutputs(stack);
  if (!isOutputs(found)) throw new Error(`the stack "${stack}" is not up: npm run up -- --stack ${stack}`);
  return found;
}

async function printOutputs(): Promise<number> {
  const found = await outputsOf();
  console.log(values.json === true ? JSON.stringify(found, undefined, 2) : describeOutputs(found));
  return 0;
}

/** What the gateway asks for: whoever runs the stack has it in the configuration, others are told it. */
async function apiToken(): Promise<string | undefined> {
  return process.env["MORGAN_API_TOKEN"] ?? withoutSalt(stack, () => configValue(stack, "apiToken"));
}

async function makeBackup(): Promise<number> {
  const target = file ?? backupName(stack, new Date());
  const bytes = await backup(stack, target);
  console.log(`${target}: the database of "${stack}", ${String(bytes)} bytes`);
  return 0;
}

async function putBack(): Promise<number> {
  if (file === undefined) throw new Error("name the backup: npm run restore -- FILE [--stack NAME]");
  const { made, tables } = await restore(stack, file);
  console.log(`the database of "${stack}" holds ${tables.join(", ")} as of ${made}, from ${file}`);
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

const COMMANDS: Readonly<Record<string, () => number | Promise<number>>> = {
  up,
  preview: () => change("preview", ["--suppress-outputs"]),
  destroy,
  outputs: printOutputs,
  backup: makeBackup,
  restore: putBack,
  demo: async () => {
    await demo((await outputsOf()).endpoint, await apiToken());
    return 0;
  },
  env: printEnvironment,
};

try {
  const run = COMMANDS[command];
  if (run === undefined) console.error(USAGE);
  process.exitCode = (await run?.()) ?? 2;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

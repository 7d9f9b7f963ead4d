import { parseArgs } from "node:util";
import { removeLogins } from "../components/image/left-logins.ts";
import { environment } from "../toolchain/environment.mjs";
import { demo } from "./demo.ts";
import { explainFailure } from "./failure.ts";
import { describeOutputs, isOutputs, type Outputs } from "./outputs.ts";
import { operate, withoutSalt } from "./pulumi.ts";
import { repairKilledRun } from "./repair.ts";
import { readState, stackOutputs } from "./state.ts";

const USAGE = `usage: npm run <command> [-- --stack <name>] [flags of pulumi]

  up       build what changed, push it, deploy it; then say where it runs
  preview  say what "up" would change
  destroy  remove the stack's containers, networks and volumes
  outputs  print the stack's outputs; --json for programs
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
const [command = ""] = positionals;

/** What is not for this program is for Pulumi's. */
const flags = tokens.flatMap((token) =>
  token.kind === "option" && token.name !== "stack" && token.name !== "json"
    ? [`${token.rawName}${token.value === undefined ? "" : `=${token.value}`}`]
    : [],
);

async function up(): Promise<number> {
  const since = new Date();
  const code = await change("up", ["--yes", "--skip-preview", "--suppress-outputs"]);
  if (code !== 0) {
    console.error(await explainFailure(stack, since));
    return code;
  }
  console.log(describeOutputs(await outputsOf()));
  return 0;
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
  await repairKilledRun(stack);
  try {
    return await withoutSalt(stack, () => operate(operation, stack, [...ownFlags, ...flags]));
  } finally {
    // A build may have begun when the program, which sees to them itself, had ended.
    removeLogins();
  }
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
  demo: async () => {
    await demo((await outputsOf()).endpoint);
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

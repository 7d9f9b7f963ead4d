import { parseArgs } from "node:util";
import { environment } from "../toolchain/environment.mjs";
import { demo } from "./demo.ts";
import { explainFailure } from "./failure.ts";
import { forgetImages, isSameRelease } from "./forget.ts";
import { describeOutputs, isOutputs, type Outputs } from "./outputs.ts";
import { operate, withoutSalt } from "./pulumi.ts";
import { repairKilledRun } from "./repair.ts";
import { pinnedRelease, pinRelease, releaseBefore } from "./rollback.ts";
import { outputsInFile, readState, stackOutputs } from "./state.ts";

const USAGE = `usage: npm run <command> [-- --stack <name>] [flags of pulumi]

  up        build what changed, push it, deploy it; then say where it runs
  preview   say what "up" would change
  rollback  run the release before the one that runs; --to <id>: another one; --off: the newest again
  destroy   remove the stack's containers, networks and volumes
  outputs   print the stack's outputs; --json for programs
  demo      say a recorded sentence to the stack and print its answer
  env       print what a shell needs to call "pulumi" itself: eval "$(npm run -s env)"
`;

const { values, positionals, tokens } = parseArgs({
  options: {
    stack: { type: "string", default: "dev" },
    json: { type: "boolean", default: false },
    to: { type: "string" },
    off: { type: "boolean", default: false },
  },
  strict: false,
  allowPositionals: true,
  tokens: true,
});
const stack = String(values.stack);
const [command = ""] = positionals;

const OWN_OPTIONS = new Set(["stack", "json", "to", "off"]);

/** What is not for this program is for Pulumi's. */
const flags = tokens.flatMap((token) =>
  token.kind === "option" && !OWN_OPTIONS.has(token.name)
    ? [`${token.rawName}${token.value === undefined ? "" : `=${token.value}`}`]
    : [],
);

async function up(): Promise<number> {
  const since = new Date();
  const before = outputsInFile(stack);
  const code = await change("up", ["--yes", "--skip-preview", "--suppress-outputs"]);
  if (code !== 0) {
    console.error(await explainFailure(stack, since));
    return code;
  }
  const found = await outputsOf();
  console.log(describeOutputs(found));
  // The engine takes a while to list its images, and an up that changes nothing leaves none behind.
  const forgotten = isSameRelease(before, found) ? 0 : await forgetImages(stack, found);
  if (forgotten > 0) console.log(`removed ${String(forgotten)} images that no kept release uses`);
  return 0;
}

/** Names the release in the stack's configuration, where the next up finds it too, and runs it. */
async function rollback(): Promise<number> {
  const found = await outputsOf();
  const target = values.off === true ? undefined : releaseBefore(found, values.to);
  const isOwn = target === undefined || found.releases.some(({ id }) => id === target);
  const before = isOwn ? target : await pinnedRelease(stack);
  await withoutSalt(stack, () => pinRelease(stack, target));
  // Whether the other stack has it, and it may run here, is the preflight's to say, before it stays in the file.
  const refused = isOwn ? 0 : await change("preview", ["--suppress-outputs"]);
  if (refused === 0) return up();
  await withoutSalt(stack, () => pinRelease(stack, before));
  return refused;
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
  rollback,
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

import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { MorganError } from "../../components/lib/errors.ts";
import { readTextIfExists } from "../../components/system/files.ts";
import { home, setting } from "../../toolchain/lib/paths.mjs";
import { execute } from "../lib/run-program.ts";
import { parseStackName, STACK_NAME_FORM, type StackName } from "../lib/stack-name.ts";
import { hasStateFile, stateFolder } from "./checkpoint.ts";

/** The stack of a command that names none, if Pulumi has selected none either. */
const DEFAULT = "dev";

/**
 * The stack of a command that names none: PULUMI_STACK, else the stack that Pulumi has selected in this folder, else
 * "dev". A plain `pulumi` takes the same. @throws MorganError if PULUMI_STACK is no stack's name.
 */
export function defaultStack(env: NodeJS.ProcessEnv): StackName {
  const named = setting(env, "PULUMI_STACK");
  const stack = parseStackName(named ?? selectedStack(env) ?? DEFAULT);
  if (stack !== undefined) return stack;
  const problem = { key: "PULUMI_STACK", expected: STACK_NAME_FORM, found: `"${named ?? ""}"` };
  throw new MorganError([{ ...problem, fix: "unset PULUMI_STACK, or set it to a stack" }], "nothing was changed");
}

/**
 * The stack that Pulumi has selected in this folder; undefined if there is none. Pulumi 3.259 keeps the selection in its
 * home, for each backend, in a file that is named after the path of Pulumi.yaml.
 */
export function selectedStack(env: NodeJS.ProcessEnv, folder = process.cwd()): string | undefined {
  const pulumiHome = setting(env, "PULUMI_HOME") ?? join(home(env), ".pulumi");
  const digest = createHash("sha1").update(resolve(folder, "Pulumi.yaml")).digest("hex");
  const text = readTextIfExists(join(pulumiHome, "workspaces", `morgan-${digest}-workspace.json`));
  const { stack, stacks } = parseSelection(text);
  const selected = stacks?.[setting(env, "PULUMI_BACKEND_URL") ?? ""] ?? stack ?? "";
  // Pulumi's file backend has one organization, which it adds to the name.
  const name = selected.replace(/^organization\/morgan\//, "");
  return parseStackName(name) === undefined ? undefined : name;
}

interface Selection {
  readonly stack?: string;
  /** By the backend's URL. */
  readonly stacks?: Readonly<Record<string, string>>;
}

function parseSelection(text: string | undefined): Selection {
  try {
    return JSON.parse(text ?? "{}") as Selection;
  } catch {
    return {};
  }
}

/** True if two names may be of one stack. Pulumi lists a stack of the user's own organization without it. */
function isSame(a: string, b: string): boolean {
  const [first, second] = [a.split("/"), b.split("/")];
  if (first.at(-1) !== second.at(-1)) return false;
  return first.length === 1 || second.length === 1 || first[0] === second[0];
}

/** True if a command that names no stack is for this one too. */
export function isDefaultStack({ name }: StackName, env: NodeJS.ProcessEnv): boolean {
  const chosen = parseStackName(setting(env, "PULUMI_STACK") ?? selectedStack(env) ?? DEFAULT);
  return chosen?.name === name;
}

/** Checks that a stack exists. @throws MorganError with the stacks that exist. */
export async function requireStack({ name, reference }: StackName): Promise<void> {
  if (stateFolder() !== undefined && hasStateFile(name)) return;
  const { code, stdout, stderr } = await execute("pulumi", ["stack", "ls", "--json", "--non-interactive"]);
  if (code !== 0) throw new Error(stderr.trim());
  const stacks = (JSON.parse(stdout) as { readonly name: string }[]).map((stack) => stack.name);
  if (stacks.some((stack) => isSame(stack, reference))) return;
  const found = `${stacks.length === 0 ? "no stack at all" : `only ${stacks.join(", ")}`} in ${describeBackend()}`;
  const fix =
    `name a stack that exists, or make this one: ./morgan up --stack ${reference}; ` +
    "if its state is elsewhere: set PULUMI_BACKEND_URL, and the passphrase of that state";
  throw new MorganError([{ key: "--stack", expected: `a stack "${reference}"`, found, fix }], "nothing was changed");
}

/** The backend that is in use, without credentials. */
function describeBackend(): string {
  const url = setting(process.env, "PULUMI_BACKEND_URL")?.replace(/\/\/[^/@]*@/, "//…@");
  return url === undefined ? "the backend of pulumi login" : `the backend ${url.replace(/\?.*/, "")}`;
}

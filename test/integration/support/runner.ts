import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { runInNewContext } from "node:vm";
import { parse } from "yaml";
import { field, list, record, stringOr } from "../../../components/lib/json.ts";
import { paths } from "../../../toolchain/lib/paths.mjs";
import { asRoot, runAsRoot } from "./as-root.ts";

/** Ids of the user nobody and its group on Debian, which own nothing. */
const NOBODY = "65534";

/** The result of a step. */
export interface StepResult {
  readonly code: number;
  readonly output: string;
}

/** What the expressions of a workflow can read: "vars", "secrets", "github", "inputs". */
export type Contexts = Readonly<Record<string, unknown>>;

/** A step of a workflow that runs a script. */
interface Step {
  readonly script: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly isAlways: boolean;
}

/**
 * A runner of CI as another user: a home with nothing but the cache that `actions/cache` would restore, no terminal, and
 * no variables but those of a workflow and the machine's certificates.
 */
export class Runner {
  readonly #folder: string;
  readonly home: string;
  /** A repository from which the runner clones. */
  readonly origin: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "morgan-test-runner-"));
    [this.home, this.origin] = [join(this.#folder, "home"), join(this.#folder, "origin")];
    const { cache } = paths({ root: process.cwd(), env: process.env });
    for (const part of ["node", "toolchain", "uv"])
      cpSync(join(cache, part), join(this.home, ".cache/morgan", part), { recursive: true, verbatimSymlinks: true });
    mkdirSync(this.origin);
    runAsRoot("chown", "--recursive", `${NOBODY}:${NOBODY}`, this.#folder);
    runAsRoot("chmod", "755", this.#folder);
  }

  /** Returns the path of a new folder for a clone. */
  newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "morgan-test-clone-"));
    runAsRoot("chown", `${NOBODY}:${NOBODY}`, folder);
    return join(folder, "stack");
  }

  /** Runs a script as GitHub's runner runs one. With `socket`, the user is in the group of that socket. */
  async run(
    script: string,
    folder: string,
    variables: Readonly<Record<string, string>> = {},
    socket?: string,
  ): Promise<StepResult> {
    const groups = socket === undefined ? "--clear-groups" : `--groups=${String(statSync(socket).gid)}`;
    const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, groups];
    const env = Object.entries({ ...machineVariables(), HOME: this.home, CI: "true", ...variables });
    const command = ["env", "--ignore-environment", ...env.map(([name, value]) => `${name}=${value}`)];
    const [program = "", ...args] = asRoot("setsid", "--wait", ...user, ...command, ...SHELL, script);
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { code: child.exitCode ?? 1, output: stdout + stderr };
  }

  /** Runs the scripts of a job of a workflow file, in their order, and returns the output of each. */
  async runJob(
    file: string,
    job: string,
    folder: string,
    contexts: Contexts,
    extra: Readonly<Record<string, string>> = {},
    socket?: string,
  ): Promise<readonly StepResult[]> {
    const workflow: unknown = parse(readFileSync(file, "utf8"));
    const described = field(field(workflow, "jobs"), job);
    const variables = {
      ...evaluated(field(workflow, "env"), contexts),
      ...evaluated(field(described, "env"), contexts),
      ...extra,
    };
    const results: StepResult[] = [];
    for (const { script, variables: own, isAlways } of stepsOf(described, contexts)) {
      const hasFailed = results.some(({ code }) => code !== 0);
      if (!hasFailed || isAlways) results.push(await this.run(script, folder, { ...variables, ...own }, socket));
    }
    return results;
  }

  /** Removes everything that the runner has. */
  remove(...folders: readonly string[]): void {
    runAsRoot("rm", "--recursive", "--force", this.#folder, ...folders);
  }
}

/** The shell of a step on GitHub, and of a script on GitLab as far as it matters. */
const SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"];

/** Returns PATH without what the tests have added, and how the machine reaches the network. */
function machineVariables(): Record<string, string> {
  const own = /\/\.cache\/morgan\/|\/node_modules\//;
  const kept = /^(?:LANG|\w*(?:CERT|CA_BUNDLE|CAINFO|proxy|PROXY)\w*|MORGAN_BASE_IMAGES|npm_config_registry)$/;
  const named = Object.entries(process.env).filter(([name]) => kept.test(name));
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !own.test(folder));
  return { ...(Object.fromEntries(named) as Record<string, string>), PATH: path.join(":") };
}

function stepsOf(job: unknown, contexts: Contexts): Step[] {
  return list(field(job, "steps")).flatMap((step): Step[] => {
    const script = stringOr(field(step, "run"), "");
    if (script === "") return [];
    return [{ script, variables: evaluated(field(step, "env"), contexts), isAlways: field(step, "if") === "always()" }];
  });
}

/** Returns variables with the values of their expressions. The expressions in the workflows are JavaScript, too. */
function evaluated(variables: unknown, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(variables)).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) =>
        String(runInNewContext(expression, contexts) ?? ""),
      ),
    ]),
  );
}

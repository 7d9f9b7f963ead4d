import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, type ConfigMap, type EngineEvent, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { Outputs } from "../../../cli/stack/outputs.ts";
import type { Identity } from "../../../components/engine/identity.ts";
import { messageOf } from "../../../components/lib/errors.ts";
import { removeImagesOf } from "./engine.ts";
import { copyProject, freePort, projectEnvironment, removeProject } from "./project.ts";

/** A change of a resource, made by a run or announced by a preview. */
export interface Change {
  /** "create", "update", "replace", "delete". */
  readonly operation: string;
  /** "docker-build:Image", "docker:Container". */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
}

/** Configuration values by key. */
export type Configuration = Readonly<Record<string, string | readonly string[] | Readonly<Record<string, string>>>>;

/** A stack on the real engine, with its own name, ports, state and sources. */
export class TestStack {
  readonly name: string;
  /** The folder of the stack's copy of the project. */
  readonly folder: string;
  readonly gatewayPort: number;
  readonly registryPort: number;
  /** The output of all `up` calls of the Automation API. */
  printed = "";
  readonly #stack: Stack;
  #variables: Readonly<Record<string, string>>;

  private constructor(
    stack: Stack,
    folder: string,
    variables: Record<string, string>,
    gatewayPort: number,
    registryPort: number,
  ) {
    this.#variables = variables;
    this.name = stack.name;
    this.folder = folder;
    this.gatewayPort = gatewayPort;
    this.registryPort = registryPort;
    this.#stack = stack;
  }

  /**
   * Makes a stack in a copy of the project. `beside` is another stack, in whose copy and backend the new stack is made.
   * `variables` are set for every program that runs on the stack. `name` is the name of a stack of another copy.
   */
  static async create(
    config: Configuration = {},
    {
      variables = {},
      beside,
      name,
    }: { readonly variables?: Record<string, string>; readonly beside?: TestStack; readonly name?: string } = {},
  ): Promise<TestStack> {
    const folder = beside?.folder ?? copyProject();
    const stackName = name ?? `test-${randomBytes(3).toString("hex")}`;
    const [gatewayPort, registryPort] = [await freePort(), await freePort()];
    const environment = { ...projectEnvironment(folder), ...variables };
    const stack = await LocalWorkspace.createStack({ stackName, workDir: folder }, { envVars: environment });
    const made = new TestStack(stack, folder, environment, gatewayPort, registryPort);
    await made.configure({ gatewayPort: String(gatewayPort), registryPort: String(registryPort), ...config });
    return made;
  }

  /** Sets configuration values. */
  async configure(values: Configuration): Promise<void> {
    const entries = Object.entries(values).flatMap(([key, value]): [string, string][] => {
      if (typeof value === "string") return [[key, value]];
      if (Array.isArray(value)) return value.map((item: string, index) => [`${key}[${String(index)}]`, item]);
      return Object.entries(value).map(([name, item]) => [`${key}.${name}`, item]);
    });
    const config: ConfigMap = Object.fromEntries(entries.map(([path, value]) => [`morgan:${path}`, { value }]));
    await this.#stack.setAllConfig(config, true);
  }

  /** Sets configuration values that Pulumi keeps encrypted. */
  async configureSecrets(values: Readonly<Record<string, string>>): Promise<void> {
    const entries = Object.entries(values).map(([key, value]) => [`morgan:${key}`, { value, secret: true }] as const);
    await this.#stack.setAllConfig(Object.fromEntries(entries));
  }

  /** Sets a configuration value of a provider: "docker:host". */
  async configureProvider(key: string, value: string): Promise<void> {
    await this.#stack.setConfig(key, { value });
  }

  /** Removes a configuration value of a provider. */
  async unsetProvider(key: string): Promise<void> {
    await this.#stack.removeConfig(key);
  }

  /** Removes configuration values. */
  async unset(...keys: readonly string[]): Promise<void> {
    await this.#stack.removeAllConfig(keys.map((key) => `morgan:${key}`));
  }

  /** Deploys the stack, and returns the changes. */
  async up(flags: { refresh?: boolean; expectNoChanges?: boolean } = {}): Promise<Change[]> {
    const events: EngineEvent[] = [];
    const onOutput = (text: string): void => void (this.printed += text);
    const run = this.#stack.up({ ...flags, onOutput, onEvent: (event) => events.push(event) });
    await run.catch((error: unknown) => {
      throw new Error(withoutOutputs(messageOf(error)));
    });
    return changesOf(events);
  }

  /** Returns the changes that a deployment would make. */
  async preview(): Promise<Change[]> {
    const events: EngineEvent[] = [];
    await this.#stack.preview({ onEvent: (event) => events.push(event) });
    return changesOf(events);
  }

  /**
   * Returns the message of a deployment that has to fail.
   *
   * @throws Error if it does not fail.
   */
  async failure(operation: "up" | "preview" = "up", variables: Record<string, string> = {}): Promise<string> {
    return this.withVariables(variables, async () => {
      try {
        await (operation === "up" ? this.#stack.up() : this.#stack.preview());
      } catch (error) {
        return messageOf(error);
      }
      throw new Error(`${operation} was expected to fail and did not`);
    });
  }

  /** Sets more variables for every program that an action runs on the stack. */
  async withVariables<T>(variables: Readonly<Record<string, string>>, action: () => Promise<T>): Promise<T> {
    const before = this.#variables;
    const set = (values: Readonly<Record<string, string>>): void => {
      this.#variables = values;
      this.#stack.workspace.envVars = { ...values };
    };
    set({ ...before, ...variables });
    try {
      return await action();
    } finally {
      set(before);
    }
  }

  /** Returns Node's arguments for a command of `cli/` on this stack. */
  commandLineArguments(...command: readonly string[]): string[] {
    return ["cli/morgan.ts", ...command, "--stack", this.name];
  }

  /** Returns the environment for a process that works on this stack. */
  environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.#variables };
  }

  /** Runs a command of `cli/` to its end. */
  commandLine(...command: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
    const options = { cwd: this.folder, env: this.environment(), maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, this.commandLineArguments(...command), options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
    return promise;
  }

  /** Returns the path of a file or folder of the stack's backend. */
  backendPath(path: string): string {
    return join(this.folder, ".morgan/state/.pulumi", path);
  }

  /** Returns the text of the stack's state. */
  state(): string {
    return readFileSync(this.backendPath(`stacks/morgan/${this.name}.json`), "utf8");
  }

  /** Returns the outputs of the stack. */
  async outputs(): Promise<Outputs> {
    const found = await this.#stack.outputs();
    return Object.fromEntries(
      Object.entries(found).map(([key, { value }]) => [key, value as unknown]),
    ) as unknown as Outputs;
  }

  /** Returns the identity of the stack. */
  async identity(): Promise<Identity> {
    return { stack: this.name, id: (await this.outputs()).identity, legacy: false };
  }

  /** Removes everything of the stack from the engine. */
  async destroy(): Promise<void> {
    await this.#stack.destroy();
    await removeImagesOf(this.name);
  }

  /** Removes the stack from the backend. The stack has to be destroyed before. */
  async removeState(): Promise<void> {
    await this.#stack.workspace.removeStack(this.name);
  }

  /** Destroys the stack, also after a failed run, and removes its copy of the project. */
  async dispose(): Promise<void> {
    try {
      await this.#stack.cancel().catch(() => undefined);
      await this.destroy();
    } finally {
      removeProject(this.folder);
    }
  }
}

/** Returns what Pulumi printed without the stack's outputs, which fill the tail of a log in place of the cause. */
function withoutOutputs(printed: string): string {
  return printed.replaceAll(/^Outputs:\n(?: {4}.*\n)*/gm, "");
}

/** Returns the changes of resources, without components and without the stack itself. */
function changesOf(events: readonly EngineEvent[]): Change[] {
  const changes = events.flatMap(({ resourcePreEvent }): Change[] => {
    if (resourcePreEvent === undefined) return [];
    const { op, type, urn } = resourcePreEvent.metadata;
    const operation = OPERATIONS[op];
    if (operation === undefined || /^(?:morgan|pulumi):/.test(type)) return [];
    return [{ operation, type: type.replace(/:index(?:\/\w+)?:/, ":"), name: urn.split("::").at(-1) ?? "" }];
  });
  const unique = new Map(changes.map((change) => [JSON.stringify(change), change]));
  return [...unique.values()].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** The operation of a change, by Pulumi's name of a step. Pulumi makes three steps of a replacement. */
const OPERATIONS: Readonly<Record<string, string | undefined>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

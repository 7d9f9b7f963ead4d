import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { LocalWorkspace, type ConfigMap, type EngineEvent, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { Outputs } from "../../../cli/stack/outputs.ts";
import { removeImagesOf } from "./engine.ts";
import { copyProject, freePort, projectEnvironment, removeProject } from "./project.ts";

/** One thing that a run changed, or a preview said it would. */
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

/** A stack of its own on the real engine: name, ports, state and sources are nobody else's. */
export class TestStack {
  readonly name: string;
  /** Folder of its copy of the project. */
  readonly folder: string;
  readonly gatewayPort: number;
  readonly registryPort: number;
  /** All that Pulumi printed in its operations. */
  printed = "";
  readonly #stack: Stack;
  readonly #variables: Readonly<Record<string, string>>;

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
   * Makes a stack, in a copy of the project of its own, or in that of another stack, whose state then lies beside its own;
   * `variables` are set for everything that is run on it.
   */
  static async create(
    config: Configuration = {},
    { variables = {}, beside }: { readonly variables?: Record<string, string>; readonly beside?: TestStack } = {},
  ): Promise<TestStack> {
    const folder = beside?.folder ?? copyProject();
    const stackName = `test-${randomBytes(3).toString("hex")}`;
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

  /** Takes configuration values away. */
  async unset(...keys: readonly string[]): Promise<void> {
    await this.#stack.removeAllConfig(keys.map((key) => `morgan:${key}`));
  }

  /** Deploys, and says what that changed. */
  async up(flags: { refresh?: boolean; expectNoChanges?: boolean } = {}): Promise<Change[]> {
    const events: EngineEvent[] = [];
    const onOutput = (text: string): void => void (this.printed += text);
    await this.#stack.up({ ...flags, onOutput, onEvent: (event) => events.push(event) });
    return changesOf(events);
  }

  /** Says what a deployment would change. */
  async preview(): Promise<Change[]> {
    const events: EngineEvent[] = [];
    await this.#stack.preview({ onEvent: (event) => events.push(event) });
    return changesOf(events);
  }

  /**
   * What a deployment that has to fail says; with `continueOnError` it does all that does not stand on what failed.
   *
   * @throws Error where it does not fail.
   */
  async failure(
    operation: "up" | "preview" = "up",
    variables: Record<string, string> = {},
    flags: { continueOnError?: boolean } = {},
  ): Promise<string> {
    this.#stack.workspace.envVars = { ...this.#variables, ...variables };
    try {
      await (operation === "up" ? this.#stack.up(flags) : this.#stack.preview());
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#stack.workspace.envVars = { ...this.#variables };
    }
    throw new Error(`${operation} was expected to fail and did not`);
  }

  /** Arguments of Node for a command of the project's own command line on this stack. */
  commandLineArguments(...command: readonly string[]): string[] {
    return ["cli/morgan.ts", ...command, "--stack", this.name];
  }

  /** The environment of a process that works on this stack. */
  environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.#variables };
  }

  /** Runs a command of the project's own command line to its end. */
  commandLine(...command: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
    const options = { cwd: this.folder, env: this.environment(), maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, this.commandLineArguments(...command), options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
    return promise;
  }

  /** The outputs of the stack. */
  async outputs(): Promise<Outputs> {
    const found = await this.#stack.outputs();
    return Object.fromEntries(
      Object.entries(found).map(([key, { value }]) => [key, value as unknown]),
    ) as unknown as Outputs;
  }

  /** Removes everything that the stack has in the engine. */
  async destroy(): Promise<void> {
    await this.#stack.destroy();
    await removeImagesOf(this.name);
  }

  /** Takes the stack out of the backend; nothing of it may be left in the engine. */
  async forget(): Promise<void> {
    await this.#stack.workspace.removeStack(this.name);
  }

  /** Destroys the stack whatever state it is in, and removes its copy of the project. */
  async dispose(): Promise<void> {
    try {
      await this.#stack.cancel().catch(() => undefined);
      await this.destroy();
    } finally {
      removeProject(this.folder);
    }
  }
}

/** Components are no things of their own in the engine, and neither is the stack: they are left out. */
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

/** A replacement is three steps for Pulumi and one change for a person. */
const OPERATIONS: Readonly<Record<string, string | undefined>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

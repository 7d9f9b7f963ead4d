import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../../components/config/config.ts";
import { catalog } from "../../../services/catalog.ts";
import { throwProblems } from "../../../components/lib/errors.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import type { Configuration } from "../../integration/support/test-stack.ts";
import { fakeEngine } from "../../unit/support/config.ts";
import { declaredKeys } from "../../unit/support/pulumi-yaml.ts";
import { record, type Registrations } from "../../unit/support/registrations.ts";
import { bakeFile, type Places } from "./bake.ts";
import { composeFile, fileName } from "./compose.ts";
import type { Definitions } from "./definitions.ts";

/**
 * Runs the program in a copy of the project against mocks: everything that an `up` of a stack with this name and
 * configuration would have built and run, and nothing of it done.
 *
 * @throws Error that lists what is wrong with the configuration.
 */
export async function recordProgram(project: string, stack: string, config: Configuration): Promise<Registrations> {
  const home = process.cwd();
  const defaults = declaredKeys().map(({ key, default: value }): [string, string | undefined] => [key, value]);
  process.chdir(project);
  try {
    return await record(
      () => {
        pulumi.runtime.setAllConfig(
          Object.fromEntries(
            [...defaults, ...Object.entries(config)].flatMap(([key, value]): [string, string][] =>
              value === undefined ? [] : [[`morgan:${key}`, typeof value === "string" ? value : JSON.stringify(value)]],
            ),
          ),
        );
        const { config: read, problems } = readConfig(catalog);
        throwProblems(problems);
        return new MorganStack("morgan", { config: read, engine: fakeEngine(), gpuPlan: NO_GPU });
      },
      { stack },
    );
  } finally {
    process.chdir(home);
  }
}

/** Writes what the tools read: contexts, secrets and files of the definitions, and a file of definitions for each. */
export function writeDefinitions(definitions: Definitions, project: string, places: Places): void {
  const write = (path: string, content: string, mode: number): void => {
    const target = join(places.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  };
  for (const { name, context, secrets } of definitions.stages) {
    cpSync(join(project, context), join(places.folder, "contexts", name), {
      recursive: true,
      preserveTimestamps: true,
    });
    for (const [id, value] of Object.entries(secrets)) write(`secrets/${id}`, value, 0o600);
  }
  for (const service of definitions.services) {
    service.files.forEach(({ content }, index) => {
      // Containers read them as users of their own.
      write(`files/${fileName(service, index)}`, content, 0o444);
    });
  }
  write("compose.json", JSON.stringify(composeFile(definitions, places), undefined, 2), 0o644);
  write("docker-bake.json", JSON.stringify(bakeFile(definitions.stages, places), undefined, 2), 0o644);
}

import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../../components/config/config.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { throwProblems } from "../../../components/lib/errors.ts";
import { MorganStack } from "../../../components/stack.ts";
import { catalog } from "../../../services/catalog.ts";
import { FACTS, fakeEngine, IDENTITY } from "../../unit/support/config.ts";
import { declaredKeys } from "../../unit/support/pulumi-yaml.ts";
import { record, type Registered, type Registrations } from "../../unit/support/registrations.ts";
import { plain } from "../../unit/support/wire.ts";
import type { Configuration } from "./test-stack.ts";

/**
 * Runs the program in a copy of the project against mocks. Returns everything that an `up` of a stack with this name
 * and configuration would build and run. Nothing is built.
 *
 * @throws Error that lists the problems of the configuration.
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
        return new MorganStack("morgan", {
          config: read,
          identity: IDENTITY,
          engine: fakeEngine(),
          facts: FACTS,
          gpuPlan: NO_GPU,
        });
      },
      { stack },
    );
  } finally {
    process.chdir(home);
  }
}

/** Builds the image of the registry that a stack runs itself, as the program builds it. Returns the image's name. */
export function buildRegistryImage(program: Registrations): string {
  const command = program.get("command", "registry-image");
  runCommand(command);
  return String(plain(command.inputs["environment"])["MORGAN_IMAGE"]);
}

/** Runs the program of a recorded command as Pulumi runs it, and returns its output. */
export function runCommand({ inputs }: Registered): string {
  const { environment, stdin, create } = plain(inputs);
  return execFileSync("/bin/sh", ["-c", String(create)], {
    env: { ...process.env, ...(environment as Record<string, string>) },
    input: String(stdin),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
}

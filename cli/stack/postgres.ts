import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { containersOf } from "../../components/engine/ownership.ts";
import { MorganError } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import type { StackName } from "../lib/stack-name.ts";
import { execute, type Ended, type Execution } from "../lib/run-program.ts";

/** The role of a stack's PostgreSQL, which is the name of its database too. */
const NAME = "morgan";

/** Options that every program of PostgreSQL takes. The container's own user needs no password. */
export const CONNECTION = [`--username=${NAME}`, `--dbname=${NAME}`, "--no-password"] as const;

/** The stack whose database is meant. */
export interface DatabaseOwner {
  readonly stack: StackName;
  readonly identity: Identity;
}

/** Id of the container in which a stack's PostgreSQL runs. @throws MorganError if none runs. */
export async function databaseOf(engine: Engine, { stack, identity }: DatabaseOwner): Promise<string> {
  const containers = await containersOf(engine, identity, "postgres");
  const id = containers.find(({ running }) => running)?.id;
  if (id !== undefined) return id;
  const found = `the stack "${stack.name}" runs no PostgreSQL`;
  const fix = forStack("up", stack.reference);
  throw new MorganError([{ key: "PostgreSQL", expected: "a container that runs", found, fix }], "nothing was changed");
}

/** Runs a program in a container. */
export function inContainer(id: string, command: readonly string[], execution: Execution = {}): Promise<Ended> {
  const stdin = execution.input === undefined ? [] : ["--interactive"];
  return execute("docker", ["exec", ...stdin, id, ...command], execution);
}

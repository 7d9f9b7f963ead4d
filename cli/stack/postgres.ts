import { execute, type Ended, type Execution } from "../lib/run-program.ts";

/** The role of a stack's PostgreSQL, which is the name of its database too. */
const NAME = "morgan";

/** Options that every program of PostgreSQL takes. Its own user needs no password in the container. */
export const CONNECTION = [`--username=${NAME}`, `--dbname=${NAME}`, "--no-password"] as const;

/**
 * The container in which a stack's PostgreSQL runs.
 *
 * @throws Error where none runs.
 */
export async function databaseOf(stack: string): Promise<string> {
  const filters = [`label=morgan.stack=${stack}`, "label=morgan.role=postgres", "status=running"];
  const { code, stdout, stderr } = await execute("docker", [
    "ps",
    "--quiet",
    "--no-trunc",
    ...filters.flatMap((filter) => ["--filter", filter]),
  ]);
  if (code !== 0) throw new Error(stderr.trim());
  const [id] = stdout.split("\n").filter(Boolean);
  if (id === undefined) throw new Error(`the stack "${stack}" runs no PostgreSQL: npm run up -- --stack ${stack}`);
  return id;
}

/** Runs a program in a container. */
export function inContainer(id: string, command: readonly string[], execution: Execution = {}): Promise<Ended> {
  const stdin = execution.input === undefined ? [] : ["--interactive"];
  return execute("docker", ["exec", ...stdin, id, ...command], execution);
}

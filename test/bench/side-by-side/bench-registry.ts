import { docker } from "../../integration/support/engine.ts";
import { buildRegistryImage, runCommand } from "../../integration/support/program.ts";
import type { Registrations } from "../../unit/support/registrations.ts";
import { plain } from "../../unit/support/wire.ts";

/** The registry to which all tools push. */
export interface BenchRegistry {
  /** "127.0.0.1:port". */
  readonly host: string;
  /** The name of the registry's container. */
  readonly container: string;
  /** Replaces the registry with an empty one. */
  empty(): void;
  dispose(): void;
}

/** Builds the program's registry image as the program builds it, and runs it. */
export function startRegistry(program: Registrations, name: string, port: number): BenchRegistry {
  const image = buildRegistryImage(program);
  const start = (): void => {
    docker("run", "--detach", "--name", name, "--publish", `127.0.0.1:${String(port)}:5000`, image);
  };
  const dispose = (): void => {
    docker("rm", "--force", "--volumes", name);
  };
  try {
    start();
  } catch (error) {
    // A container that could not start exists too.
    dispose();
    throw error;
  }
  return {
    host: `127.0.0.1:${String(port)}`,
    container: name,
    empty() {
      dispose();
      start();
    },
    dispose,
  };
}

/** Makes and pushes the Debian image as the program does. Returns its ref; undefined if upstream's image is used. */
export function pushDebian(program: Registrations): string | undefined {
  if (!program.names("command").includes("debian")) return undefined;
  const command = program.get("command", "debian");
  const digest = runCommand(command).trim();
  return `${String(plain(command.inputs["environment"])["MORGAN_IMAGE"]).replace(/:[^:/]*$/, "")}@${digest}`;
}

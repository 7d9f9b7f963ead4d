import { execFileSync } from "node:child_process";
import { docker } from "../../integration/support/engine.ts";
import type { Registered, Registrations } from "../../unit/support/registrations.ts";
import { plain } from "../../unit/support/wire.ts";

/** The one registry that everything measured pushes to. */
export interface BenchRegistry {
  /** "127.0.0.1:port". */
  readonly host: string;
  /** Name of its container. */
  readonly container: string;
  /** Starts it anew, with nothing in it. */
  empty(): void;
  dispose(): void;
}

/** Makes the program's own registry image as the program makes it, and runs it. */
export function startRegistry(program: Registrations, name: string, port: number): BenchRegistry {
  const command = program.get("command", "registry-image");
  runCommand(command);
  const image = String(plain(command.inputs["environment"])["MORGAN_IMAGE"]);
  const start = (): void => {
    docker("run", "--detach", "--name", name, "--publish", `127.0.0.1:${String(port)}:5000`, image);
  };
  const dispose = (): void => {
    docker("rm", "--force", "--volumes", name);
  };
  try {
    start();
  } catch (error) {
    // A container that could not start is there all the same.
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

/** Makes and pushes the Debian image as the program does; its reference by digest, undefined where upstream's is used. */
export function pushDebian(program: Registrations): string | undefined {
  if (!program.names("command").includes("debian")) return undefined;
  const command = program.get("command", "debian");
  const digest = runCommand(command).trim();
  return `${String(plain(command.inputs["environment"])["MORGAN_IMAGE"]).replace(/:[^:/]*$/, "")}@${digest}`;
}

function runCommand({ inputs }: Registered): string {
  const env = { ...process.env, ...(plain(inputs["environment"]) as Record<string, string>) };
  return execFileSync("/bin/sh", ["-c", String(inputs["create"])], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

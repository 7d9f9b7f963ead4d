import { accessSync, constants, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { connectEngine, type Engine } from "../engine/engine.ts";
import { readTextIfExists } from "../system/files.ts";
import { runProgram, type RunProgram } from "../system/run-program.ts";
import { readStackOutputs } from "./stack-outputs.ts";
import { ask, knock, type Ask, type Knock } from "./http.ts";

/** The machine, as far as the preflight asks it. Every question is a read. */
export interface Host {
  readonly engine: Engine;
  isFolder(path: string): boolean;
  isFile(path: string): boolean;
  /** Text of a file; undefined where there is none. */
  readText(path: string): string | undefined;
  /** Whether a file could be written, with the folders that it lies in. */
  isWritable(path: string): boolean;
  readonly run: RunProgram;
  /** Outputs of a stack of Pulumi's, "organization/project/stack". @throws Error where there is no such stack. */
  outputs(stack: string): Promise<unknown>;
  readonly ask: Ask;
  readonly knock: Knock;
  /** Whether some process listens on a port already. */
  portInUse(address: string, port: number): Promise<boolean>;
}

/** This machine, with the engine that `DOCKER_HOST` names. */
export function thisHost(dockerHost: string): Host {
  return {
    engine: connectEngine(dockerHost),
    isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    readText: readTextIfExists,
    isWritable,
    run: runProgram,
    outputs: readStackOutputs,
    ask,
    knock,
    portInUse,
  };
}

function isWritable(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return path !== "/" && isWritable(dirname(path));
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function portInUse(address: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", (error) => {
    resolve("code" in error && error.code === "EADDRINUSE");
  });
  server.listen({ host: address, port, exclusive: true }, () => {
    server.close(() => {
      resolve(false);
    });
  });
  return promise;
}

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { connectEngine, type Engine } from "../engine/engine.ts";
import type { EngineAddress } from "../lib/engine-address.ts";
import { commitsBetween, type ListedCommit } from "../sources/commits.ts";
import { listSources, type Sources } from "../sources/list.ts";
import { sourceRevision } from "../sources/revision.ts";
import { readTextIfExists } from "../system/files.ts";
import { runProgram, type RunProgram } from "../system/run-program.ts";
import { readStackOutputs } from "./stack-outputs.ts";
import { httpGet, httpText, tcpProbe, type HttpGet, type HttpText, type TcpProbe } from "./http.ts";

/** Everything that the preflight reads from the machine. No member changes anything. */
export interface Host {
  readonly engine: Engine;
  isFolder(path: string): boolean;
  isFile(path: string): boolean;
  /** Lists a folder of the project with sources; the folder that it leads to if it is not in place itself. */
  sources(folder: string): Sources | { readonly elsewhere: string };
  /** Returns the commit of the sources, as `sourceRevision` does. */
  sourceRevision(): Promise<string | undefined>;
  /** Returns the commits between two revisions, as `commitsBetween` does. */
  commits(from: string, to: string): Promise<readonly ListedCommit[] | undefined>;
  /** Returns the text of a file; undefined if it cannot be read. */
  readText(path: string): string | undefined;
  /** True if a file could be written, with the folders that it would need. */
  isWritable(path: string): boolean;
  readonly run: RunProgram;
  /** Returns the outputs of the stack "organization/project/stack". @throws Error if there is no such stack. */
  outputs(stack: string): Promise<unknown>;
  readonly httpGet: HttpGet;
  readonly httpText: HttpText;
  readonly tcpProbe: TcpProbe;
  now(): Date;
  /** Name of this machine. */
  readonly name: string;
  /** IPv4 addresses of this machine. */
  addresses(): readonly string[];
  /**
   * Listens for a moment on a port of an address, 0 for any port. Returns the code of the error; undefined if a program
   * could listen there. Never rejects.
   */
  tryListen(address: string, port: number): Promise<string | undefined>;
}

/** This machine, with the engine at an address. */
export function thisHost(address: EngineAddress): Host {
  return {
    engine: connectEngine(address),
    isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    sources: sourcesOf,
    sourceRevision: () => sourceRevision(runProgram),
    commits: (from, to) => commitsBetween(runProgram, from, to),
    readText: readTextIfExists,
    isWritable,
    run: runProgram,
    outputs: readStackOutputs,
    httpGet,
    httpText,
    tcpProbe,
    now: () => new Date(),
    name: hostname(),
    addresses,
    tryListen,
  };
}

/** A folder that is a link, or is reached over one, has files that no commit of the project has. */
function sourcesOf(folder: string): Sources | { readonly elsewhere: string } {
  const real = realpathSync(folder);
  return real === join(realpathSync("."), folder) ? listSources(folder) : { elsewhere: real };
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

function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list = []) =>
    list.flatMap(({ address, family }) => (family === "IPv4" ? [address] : [])),
  );
}

function tryListen(address: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once("error", (error) => {
    resolve("code" in error && typeof error.code === "string" ? error.code : error.message);
  });
  server.listen({ host: address, port, exclusive: true }, () => {
    server.close(() => {
      resolve(undefined);
    });
  });
  return promise;
}

import type { Engine } from "../../../components/engine/engine.ts";
import type { Host } from "../../../components/host/host.ts";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { lockChain } from "../../../components/catalog/stages.ts";
import { sealLock } from "../../../components/requirements/lock.ts";
import { testCatalog } from "./catalog.ts";
import { fakeEngine } from "./config.ts";

/** A machine that exists in memory alone. */
export interface FakeHost extends Host {
  readonly folders: Set<string>;
  readonly files: Map<string, string>;
  /** Addresses of the network; the loopback addresses are there too. */
  readonly networkAddresses: Set<string>;
  /** Ports on which a program listens, as "address:port"; "0.0.0.0" stands for all addresses. */
  readonly listening: Set<string>;
  /** Outputs of programs, by name, or by name and first argument. No other program exists. */
  readonly programs: Map<string, string>;
  /** Commit of the sources. */
  revision: string | undefined;
  /** Outputs of stacks, by full name; of any other but "organization/morgan/dev" there is none. */
  readonly stacks: Map<string, unknown>;
}

/** A machine that has everything that the tests' catalog needs. */
export function fakeHost(engine: Partial<Engine> = {}): FakeHost {
  const folders = ["shared", ...Object.keys(testCatalog)].map((name) => `services/${name}/morgan_${name}`);
  const files = new Map([["uv", "a program"]]);
  const read = (file: string): string | undefined => files.get(`requirements/${file}`);
  const add = (name: string, below: string | undefined): void => {
    if (read(`${name}.in`) !== undefined) return;
    files.set(`requirements/${name}.in`, below === undefined ? "fastapi==1\n" : `-r ${below}.in\n`);
    files.set(`requirements/${name}.txt`, sealLock(name, `fastapi==1 --hash=sha256:${"0".repeat(64)}\n`, read));
  };
  const engines = Object.values(testCatalog).flatMap((service) => Object.values(service.variants));
  for (const chain of engines.flatMap((engine) => CUDA_VERSIONS.map((version) => lockChain(engine, version)))) {
    for (const [index, name] of chain.entries()) add(name, chain[index - 1]);
  }
  const listening = new Set<string>();
  const networkAddresses = new Set(["10.0.0.7"]);
  const programs = new Map<string, string>();
  const stacks = new Map<string, unknown>([["organization/morgan/dev", {}]]);
  return {
    engine: fakeEngine(engine),
    folders: new Set(folders),
    files,
    listening,
    networkAddresses,
    now: () => new Date(),
    name: "box",
    addresses: () => ["127.0.0.1", ...networkAddresses],
    programs,
    stacks,
    outputs: (stack) =>
      stacks.has(stack) ? Promise.resolve(stacks.get(stack)) : Promise.reject(new Error("there is no such stack")),
    isFolder(path) {
      return this.folders.has(path);
    },
    sources: () => ({ entries: [{ kind: "file", path: "__init__.py", executable: false }], unusable: [] }),
    revision: "",
    commits: () => Promise.resolve(undefined),
    sourceRevision() {
      return Promise.resolve(this.revision);
    },
    isFile: (path) => files.has(path),
    readText: (path) => files.get(path),
    isWritable: (path) => !path.startsWith("/etc/"),
    httpGet: () => Promise.resolve({ status: 200 }),
    httpText: () => Promise.resolve(undefined),
    tcpProbe: () => Promise.resolve(undefined),
    run: (program, [first]) => {
      const output = programs.get(`${program} ${first ?? ""}`) ?? programs.get(program);
      return Promise.resolve(output === undefined ? undefined : { output, succeeded: true });
    },
    tryListen(address, port) {
      const isHere = address === "0.0.0.0" || address.startsWith("127.") || networkAddresses.has(address);
      if (!isHere) return Promise.resolve("EADDRNOTAVAIL");
      const taken = [...listening].some((other) => {
        const [at, its] = other.split(":");
        return its === String(port) && (at === address || at === "0.0.0.0" || address === "0.0.0.0");
      });
      return Promise.resolve(taken ? "EADDRINUSE" : undefined);
    },
  };
}

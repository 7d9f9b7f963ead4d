import type { Engine } from "../../../components/engine.ts";
import type { Host } from "../../../components/host.ts";
import { inputsDigest, lockHeader } from "../../../components/requirements.ts";
import { catalog } from "../../../services/catalog.ts";
import { fakeEngine } from "./config.ts";

/** A machine that exists in memory alone. */
export interface FakeHost extends Host {
  readonly folders: Set<string>;
  readonly files: Map<string, string>;
  /** Ports on which a program listens. */
  readonly listening: Set<number>;
  /** What programs print, by their names, or by name and first argument; any other is not there. */
  readonly programs: Map<string, string>;
}

const SETS: Readonly<Record<string, string>> = { base: "fastapi==1\n", cuda: "-r base.in\ntorch==2\n" };

/** A machine on which everything is there that the shipped catalog needs. */
export function fakeHost(engine: Partial<Engine> = {}): FakeHost {
  const folders = ["shared", ...Object.keys(catalog)].map((name) => `services/${name}/morgan_${name}`);
  const files = new Map([["uv", "a program"]]);
  const read = (file: string): string | undefined => files.get(`requirements/${file}`);
  const add = (name: string, set: string): void => {
    files.set(`requirements/${name}.in`, set);
    files.set(`requirements/${name}.txt`, `${lockHeader(inputsDigest(name, read))}\n`);
  };
  for (const [name, set] of Object.entries(SETS)) add(name, set);
  for (const { engines } of Object.values(catalog)) {
    for (const { requirements, parent } of Object.values(engines)) {
      if (read(`${requirements}.in`) === undefined) add(requirements, `-r ${parent === "base" ? "base" : "cuda"}.in\n`);
    }
  }
  const listening = new Set<number>();
  const programs = new Map<string, string>();
  return {
    engine: fakeEngine(engine),
    folders: new Set(folders),
    files,
    listening,
    programs,
    isFolder(path) {
      return this.folders.has(path);
    },
    isFile: (path) => files.has(path),
    readText: (path) => files.get(path),
    run: (program, [first]) => {
      const output = programs.get(`${program} ${first ?? ""}`) ?? programs.get(program);
      return Promise.resolve(output === undefined ? undefined : { output, succeeded: true });
    },
    portInUse: (_, port) => Promise.resolve(listening.has(port)),
  };
}

import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { includeOrder } from "../../../components/requirements/inputs.ts";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { lockChain } from "../../../components/catalog/stages.ts";
import type { Service } from "../../../components/catalog/service.ts";
import { selectServices } from "../../../components/catalog/select.ts";
import { bytes, mebibytes, seconds } from "../../../components/lib/units.ts";
import { catalog } from "../../../services/catalog.ts";

const services: readonly (readonly [string, Service])[] = Object.entries(catalog);
const root = new URL("../../../", import.meta.url);
const exists = (path: string): boolean => existsSync(new URL(path, root));

function read(file: string): string | undefined {
  const path = new URL(`requirements/${file}`, root);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The lock files that a service's variants are made from, for each CUDA version, each in the order of its stages. */
const chains = (variants: Service["variants"]): (readonly string[])[] =>
  Object.values(variants).flatMap((engine) => CUDA_VERSIONS.map((version) => lockChain(engine, version)));
const locks = (variants: Service["variants"]): string[] => chains(variants).flat();

describe("the shipped catalog", () => {
  it("has the guide's five services", () => {
    expect(Object.keys(catalog)).to.deep.equal(["core", "llm", "tts", "stt", "vad"]);
  });

  it("names services so that the name is a DNS label, a Python module and part of a variable", () => {
    for (const [name] of services) expect(name).to.match(/^[a-z][a-z0-9]{0,30}$/);
  });

  it("gives each service a port of its own that needs no privilege and is not the gateway's", () => {
    const ports = services.map(([, { port }]) => port);
    expect(new Set(ports).size).to.equal(ports.length);
    for (const port of ports) expect(port).to.be.within(1024, 65_535).and.not.equal(8080);
  });

  it("publishes exactly one service", () => {
    expect(services.filter(([, { published }]) => published).map(([name]) => name)).to.deep.equal(["core"]);
  });

  it("lets services call services that are there, and never themselves", () => {
    for (const [name, { calls }] of services) {
      for (const called of calls) expect(Object.keys(catalog), name).to.include(called).and.not.equal(name);
    }
  });

  it("has code and locked requirements for every service on every accelerator", () => {
    for (const [name, { variants }] of services) {
      expect(exists(`services/${name}/morgan_${name}/__main__.py`), name).to.equal(true);
      for (const lock of locks(variants)) {
        expect(exists(`requirements/${lock}.in`), lock).to.equal(true);
        expect(exists(`requirements/${lock}.txt`), lock).to.equal(true);
      }
    }
  });

  it("installs each service's requirements on the stage that holds those which they include", () => {
    for (const [name, { variants }] of services) {
      for (const chain of chains(variants)) {
        expect(includeOrder(chain.slice(-1), read), name).to.deep.equal(chain);
      }
    }
  });

  it("stands on CUDA only for tts and stt, and only where the accelerator is CUDA", () => {
    const onCuda = services.flatMap(([name, { variants }]) =>
      Object.entries(variants).flatMap(([key, { baseStage }]) =>
        baseStage === "base" ? [] : `${name} ${key} ${baseStage}`,
      ),
    );
    expect(onCuda).to.deep.equal(["tts cuda torch-deps", "stt cuda cuda-deps"]);
  });

  it("limits each service to a sensible share of a machine", () => {
    for (const [name, { variants, cpus }] of services) {
      expect(cpus, name).to.be.above(0);
      for (const { memory, startLimit } of Object.values(variants)) {
        expect(mebibytes(memory), name).to.be.within(64, 65_536);
        expect(seconds(startLimit), name).to.be.within(10, 600);
      }
    }
  });

  it("uses cards for tts and stt only, and only where the accelerator is CUDA", () => {
    const onGpus = services.flatMap(([name, { variants }]) =>
      Object.entries(variants).flatMap(([key, { vramMiB }]) => (vramMiB > 0 ? `${name} ${key}` : [])),
    );
    expect(onGpus).to.deep.equal(["tts cuda", "stt cuda"]);
  });

  it("gives each image a budget, of which it takes less in the registry than on a disk", () => {
    const names = Object.keys(catalog);
    for (const accelerator of ["cpu", "cuda"] as const) {
      for (const { name, variant } of CUDA_VERSIONS.flatMap((cudaVersion) =>
        selectServices(catalog, { services: names, accelerator, cudaVersion }),
      )) {
        const { budget } = variant;
        expect(bytes(budget.compressed), name).to.be.above(10e6).and.below(bytes(budget.unpacked));
        expect(bytes(budget.unpacked), name).to.be.below(10e9);
      }
    }
  });
});

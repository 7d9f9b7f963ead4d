import { globSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { lockChain, stageLocks } from "../../../components/catalog/stages.ts";
import type { Service, Variant } from "../../../components/catalog/service.ts";
import { checkCudaLibraries, cudaLibrary } from "../../../components/requirements/cuda-libraries.ts";
import { packageName, parseRequirementSet } from "../../../components/requirements/inputs.ts";
import { effectiveOverrides, parseLock } from "../../../components/requirements/lock.ts";
import { checkLock } from "../../../components/requirements/lock-check.ts";
import type { LockedPackage } from "../../../components/requirements/lock.ts";
import { catalog } from "../../../services/catalog.ts";
import { ROOT, readShippedRequirements as read } from "../support/shipped.ts";

/** Imports that need a package which only some services lock. */
const IMPORTED_AS: Readonly<Record<string, RegExp>> = {
  aiohttp: /^\s*import aiohttp\b/m,
  asyncpg: /^\s*import asyncpg\b/m,
  numpy: /^\s*(?:import numpy\b|from morgan_shared\.(?:wav|resample) import)/m,
  redis: /^\s*from redis\b/m,
};

/** Extras of uvicorn that no service uses. */
const UNUSED = ["watchfiles", "websockets", "pyyaml", "python-dotenv", "python-multipart", "psutil"];

const names = globSync("*.in", { cwd: new URL("requirements/", ROOT) }).map((file) => file.slice(0, -".in".length));
const services: readonly (readonly [string, Service])[] = Object.entries(catalog);
const variants = services.flatMap(([name, service]) =>
  Object.entries<Variant>(service.variants).map(([accelerator, variant]) => ({
    key: `${name} on ${accelerator}`,
    variant,
  })),
);
const chains = variants.flatMap(({ key, variant }) =>
  CUDA_VERSIONS.map((version) => ({ key: `${key} ${version}`, variant, version, chain: lockChain(variant, version) })),
);

const locked = (set: string): readonly LockedPackage[] => parseLock(read(`${set}.txt`) ?? "");
const lockedNames = (set: string): readonly string[] => locked(set).map(({ name }) => name);
const libraries = (set: string): string[] => lockedNames(set).flatMap((name) => cudaLibrary(name) ?? []);

/** The Python code of a service, without the code that services share. */
function codeOf(service: string): string {
  const cwd = new URL(`services/${service}/morgan_${service}/`, ROOT);
  return globSync("**/*.py", { cwd })
    .map((file) => readFileSync(new URL(file, cwd), "utf8"))
    .join("\n");
}

describe("the requirements of the shipped catalog", () => {
  for (const name of names) {
    it(`${name}.txt is current and complete`, () => {
      expect(checkLock(name, read)).to.deep.equal([]);
    });

    it(`${name}.txt has all packages of the locks that it includes`, () => {
      for (const parent of parseRequirementSet(read(`${name}.in`) ?? "").includes) {
        expect(lockedNames(name)).to.include.members([...lockedNames(parent)]);
      }
    });

    it(`${name}.txt locks no package that overrides.txt removes`, () => {
      expect(lockedNames(name)).not.to.include.any.members(effectiveOverrides(name, read).map(packageName));
    });
  }

  for (const cudaVersion of CUDA_VERSIONS) {
    it(`have one version of each package for CUDA ${cudaVersion}, so that images share layers`, () => {
      const others = CUDA_VERSIONS.filter((version) => version !== cudaVersion);
      const together = names.filter((name) => !others.some((version) => name.endsWith(`-${version}`)));
      const versions = new Map<string, Set<string>>();
      for (const { name, version } of together.flatMap(locked)) {
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
      }
      expect([...versions].filter(([, found]) => found.size > 1)).to.deep.equal([]);
    });

    it(`have one CUDA library, cuBLAS, below torch for CUDA ${cudaVersion}`, () => {
      expect(libraries(`cuda-${cudaVersion}`)).to.deep.equal(["cublas"]);
      expect(libraries(`torch-${cudaVersion}`)).to.include.members(["cublas", "cudnn", "cuda-runtime"]);
    });
  }

  it("have torch only on the stage torch-deps", () => {
    const onTorch = chains.filter(({ variant }) => variant.baseStage === "torch-deps").flatMap(({ chain }) => chain);
    const torch = CUDA_VERSIONS.map((version) => `torch-${version}`);
    const holders = names.filter((name) => lockedNames(name).includes("torch"));
    expect([...onTorch, ...torch]).to.include.members(holders);
  });

  it("of every service include uvloop and httptools, without uvicorn's other extras", () => {
    expect(lockedNames("base")).to.include.members(["uvloop", "httptools"]);
    expect(lockedNames("base")).not.to.include.any.members(UNUSED);
  });

  for (const { key, variant, version, chain } of chains) {
    it(`of ${key} have each CUDA library once, on its stage`, () => {
      const packages = chain.map((name) => ({ name, packages: locked(name) }));
      expect(checkCudaLibraries(variant.baseStage, packages)).to.deep.equal([]);
    });

    it(`of ${key} add no CUDA library to those of its base stage`, () => {
      const below = stageLocks(variant.baseStage, version).map(({ lockFile }) => lockFile);
      expect(libraries(chain.at(-1) ?? "")).to.deep.equal(libraries(below.at(-1) ?? ""));
    });
  }

  for (const [service, { variants: own }] of services) {
    const set = own.cpu.requirements;
    it(`of ${service} include the packages that its code imports, and name no others`, () => {
      const code = codeOf(service);
      const imported = Object.keys(IMPORTED_AS).filter((name) => IMPORTED_AS[name]?.test(code));
      const named = parseRequirementSet(read(`${set}.in`) ?? "").requirements.map(packageName);
      expect(lockedNames(set)).to.include.members(imported);
      expect(imported).to.include.members(named.filter((name) => Object.hasOwn(IMPORTED_AS, name)));
    });
  }
});

import { expect } from "chai";
import fc from "fast-check";
import { checkCudaLibraries, cudaLibrary, type ChainedLock } from "../../../components/requirements/cuda-libraries.ts";
import type { LockedPackage } from "../../../components/requirements/lock.ts";

const library = fc.constantFrom("cublas", "cudnn", "cufft", "nccl", "cuda-runtime");
const suffix = fc.constantFrom("", "-cu11", "-cu12", "-cu13");
const version = fc.constantFrom("9.1", "12.4", "12.8");
const cudaPackage = fc
  .tuple(library, suffix, version)
  .map(([name, ending, pinned]): LockedPackage => ({ name: `nvidia-${name}${ending}`, version: pinned, hashes: [] }));
const other = fc.constantFrom("numpy", "fastapi", "nvidia-ml-py").map((name) => ({ name, version: "1.0", hashes: [] }));
const chains = fc
  .array(fc.array(fc.oneof(cudaPackage, other), { maxLength: 6 }), { minLength: 1, maxLength: 4 })
  .map((locks) => locks.map((packages, index): ChainedLock => ({ name: `lock-${String(index)}`, packages })));

/** Libraries that a chain has in more than one form. */
function twice(chain: readonly ChainedLock[]): string[] {
  const pins = new Map<string, Set<string>>();
  for (const { name, version: pinned } of chain.flatMap(({ packages }) => packages)) {
    const found = cudaLibrary(name);
    if (found !== undefined) pins.set(found, (pins.get(found) ?? new Set()).add(`${name}==${pinned}`));
  }
  return [...pins].filter(([, forms]) => forms.size > 1).map(([name]) => name);
}

describe("the check of CUDA libraries, for any locks", () => {
  it("reports exactly the libraries that come in two forms, anywhere in the chain", () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const found = checkCudaLibraries("torch-deps", chain).map(({ expected }) => expected.split(" ")[0]);
        expect([...new Set(found)]).to.have.members(twice(chain));
      }),
    );
  });

  it("accepts a lock that repeats the lock below", () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const repeated = chain.flatMap((lock) => [lock, { ...lock, name: `${lock.name}-again` }]);
        const places = (of: readonly ChainedLock[]): string[] =>
          checkCudaLibraries("torch-deps", of).map(({ expected }) => expected);
        expect(new Set(places(repeated))).to.deep.equal(new Set(places(chain)));
      }),
    );
  });

  it("refuses CUDA in a lock on the base stage", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(cudaPackage, other), { maxLength: 6 }), (packages) => {
        const found = checkCudaLibraries("base", [{ name: "vad", packages }]).filter(({ expected }) =>
          expected.startsWith("no "),
        );
        const wrong = packages.filter(({ name }) => cudaLibrary(name) !== undefined);
        expect(found.flatMap((problem) => problem.found.split(", "))).to.deep.equal(
          wrong.length === 0 ? [] : wrong.map(({ name, version: pinned }) => `${name}==${pinned}`),
        );
      }),
    );
  });
});

import { existsSync } from "node:fs";
import { expect } from "chai";
import { includeOrder } from "../../../components/requirements/inputs.ts";
import { checkCatalog } from "../../../components/catalog/check.ts";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { lockChain } from "../../../components/catalog/stages.ts";
import type { Service, Variant } from "../../../components/catalog/service.ts";
import { selectServices } from "../../../components/catalog/select.ts";
import { bytes, mebibytes, seconds } from "../../../components/lib/units.ts";
import { catalog } from "../../../services/catalog.ts";
import { readShippedRequirements, ROOT } from "../support/shipped.ts";

const services: readonly (readonly [string, Service])[] = Object.entries(catalog);
const exists = (path: string): boolean => existsSync(new URL(path, ROOT));
const variantsOf = ({ variants }: Service): readonly (readonly [string, Variant])[] => Object.entries(variants);

/** The lock files of each variant of a service, for each CUDA version, in the order of the stages. */
const chains = (service: Service): (readonly string[])[] =>
  variantsOf(service).flatMap(([, variant]) => CUDA_VERSIONS.map((version) => lockChain(variant, version)));

describe("the shipped catalog", () => {
  it("has services that fit together", () => {
    expect(checkCatalog(catalog)).to.deep.equal([]);
  });
});

for (const [name, service] of services) {
  describe(`${name} in the shipped catalog`, () => {
    it("has code that python -m starts", () => {
      expect(exists(`services/${name}/morgan_${name}/__main__.py`)).to.equal(true);
    });

    it("has requirements and a lock file for each accelerator and CUDA version", () => {
      for (const lock of chains(service).flat()) {
        expect(exists(`requirements/${lock}.in`), lock).to.equal(true);
        expect(exists(`requirements/${lock}.txt`), lock).to.equal(true);
      }
    });

    it("installs its requirements on the stages that hold the requirements which they include", () => {
      for (const chain of chains(service)) {
        expect(includeOrder(chain.slice(-1), readShippedRequirements)).to.deep.equal(chain);
      }
    });

    it("is limited to a sensible share of a machine", () => {
      for (const [key, { memory, startLimit }] of variantsOf(service)) {
        expect(mebibytes(memory), key).to.be.within(64, 65_536);
        expect(seconds(startLimit), key).to.be.within(10, 600);
      }
    });

    it("uses a GPU only on CUDA, and is built on CUDA only if it uses a GPU", () => {
      expect(service.variants.cpu).to.include({ baseStage: "base", vramMiB: 0 });
      expect(service.variants.cuda.baseStage === "base").to.equal(service.variants.cuda.vramMiB === 0);
    });

    it("has a size budget for each image, which is smaller in the registry than on a disk", () => {
      for (const accelerator of ["cpu", "cuda"] as const) {
        for (const cudaVersion of CUDA_VERSIONS) {
          const [selected] = selectServices(catalog, { services: [name], accelerator, cudaVersion });
          if (selected === undefined) throw new Error(`no service ${name}`);
          const { compressed, unpacked } = selected.variant.budget;
          expect(bytes(compressed), cudaVersion).to.be.above(10e6).and.below(bytes(unpacked));
          expect(bytes(unpacked), cudaVersion).to.be.below(10e9);
        }
      }
    });
  });
}

import { expect } from "chai";
import { selectServices, type Selection } from "../../../components/catalog/select.ts";
import type { Catalog, Variant } from "../../../components/catalog/service.ts";
import { small, smallService } from "../support/catalog.ts";

const large: Variant = {
  ...small("large"),
  baseStage: "torch-deps",
  vramMiB: 2048,
  budget: {
    "12.4": { unpacked: "4 GB", compressed: "2 GB" },
    "12.8": { unpacked: "6 GB", compressed: "3 GB" },
  },
};
const service = smallService("small", 9001);
const catalog: Catalog = {
  caller: { ...service, port: 9002, published: true, calls: ["speaker"], backing: ["redis"] },
  speaker: { ...service, variants: { cpu: service.variants.cpu, cuda: large } },
};
const select = (changes: Partial<Selection> = {}) =>
  selectServices(catalog, { services: ["caller", "speaker"], accelerator: "cpu", cudaVersion: "12.4", ...changes });

describe("the services that a configuration selects from a catalog", () => {
  it("come in the order of the selection, without names that the catalog lacks", () => {
    expect(select({ services: ["speaker", "none", "caller"] }).map(({ name }) => name)).to.deep.equal([
      "speaker",
      "caller",
    ]);
  });

  it("have the port of each service that they call, even if that service is not selected", () => {
    expect(select({ services: ["caller"] })[0]?.calls).to.deep.equal([{ name: "speaker", port: 9001 }]);
  });

  it("have the lock files, the budget and the key of the stack's accelerator and CUDA version", () => {
    const variant = (changes: Partial<Selection>) => select({ services: ["speaker"], ...changes })[0]?.variant;
    expect(variant({})).to.deep.include({
      key: "speaker.variants.cpu",
      lockFile: "small",
      lockFiles: ["base", "small"],
      usesGpu: false,
      budget: small("small").budget,
    });
    expect(variant({ accelerator: "cuda", cudaVersion: "12.8" })).to.deep.include({
      key: "speaker.variants.cuda",
      stages: [
        { stage: "base", lockFile: "base" },
        { stage: "cuda-deps", lockFile: "cuda-12.8" },
        { stage: "torch-deps", lockFile: "torch-12.8" },
      ],
      lockFile: "large-12.8",
      lockFiles: ["base", "cuda-12.8", "torch-12.8", "large-12.8"],
      usesGpu: true,
      budget: { unpacked: "6 GB", compressed: "3 GB" },
    });
    expect(variant({ accelerator: "cuda" })?.budget).to.deep.equal({ unpacked: "4 GB", compressed: "2 GB" });
  });
});

import { expect } from "chai";
import { resolveDevices, type Devices, type FoundDevice } from "../../../components/gpu/devices.ts";
import type { GpuConfig } from "../../../components/config/gpu.ts";
import { foundDevices } from "../../../components/gpu/discovery.ts";

const CONFIG: GpuConfig = { use: "required", mode: "nvidia", devices: [], memoryMiB: {} };
const FOUND: readonly FoundDevice[] = [
  { names: ["GPU-a", "0"], name: "NVIDIA A10", totalMiB: 24_576, freeMiB: 24_000 },
  { names: ["GPU-b", "1"], name: "NVIDIA T4", totalMiB: 15_360, freeMiB: 15_360 },
];

const resolve = (
  config: Partial<GpuConfig> = {},
  cdiDevices?: readonly string[],
  own: readonly (readonly [string, number])[] = [],
  found = FOUND,
): Devices => resolveDevices({ ...CONFIG, ...config }, { cdiDevices }, found, new Map(own));
const ids = (...given: Parameters<typeof resolve>): string[] => resolve(...given).devices.map(({ id }) => id);
const keys = (...given: Parameters<typeof resolve>): string[] => resolve(...given).problems.map(({ key }) => key);

describe("the devices that a stack may use", () => {
  it("are all that are found, by UUID", () => {
    expect(resolve()).to.deep.equal({
      devices: [
        { id: "GPU-a", names: ["GPU-a", "0"], name: "NVIDIA A10", totalMiB: 24_576, othersMiB: 576 },
        { id: "GPU-b", names: ["GPU-b", "1"], name: "NVIDIA T4", totalMiB: 15_360, othersMiB: 0 },
      ],
      problems: [],
    });
  });

  it("are the configured ones, by index or UUID, in that order", () => {
    expect(ids({ devices: ["1"] })).to.deep.equal(["GPU-b"]);
    expect(ids({ devices: ["GPU-b", "0"] })).to.deep.equal(["GPU-b", "GPU-a"]);
  });

  it("have the names of the engine's CDI specification", () => {
    expect(ids({ mode: "cdi" }, ["0", "1", "all"])).to.deep.equal(["0", "1"]);
    expect(ids({ mode: "cdi" }, ["0", "GPU-a", "GPU-b"])).to.deep.equal(["GPU-a", "GPU-b"]);
  });

  it("have an index in the CDI specification if the engine lists no devices, unless the configuration names a UUID", () => {
    expect(ids({ mode: "cdi" }, undefined)).to.deep.equal(["0", "1"]);
    expect(ids({ mode: "cdi", devices: ["1", "GPU-a"] }, undefined)).to.deep.equal(["1", "GPU-a"]);
    expect(ids({ mode: "cdi", memoryMiB: { "1": 8192 } }, undefined)).to.deep.equal(["1"]);
    expect(ids({ mode: "runtime" }, undefined)).to.deep.equal(["GPU-a", "GPU-b"]);
  });

  it("do not lose the memory of the stack's own containers", () => {
    const taken = FOUND.map((device) => ({ ...device, freeMiB: device.totalMiB - 6000 }));
    const others = (own: readonly (readonly [string, number])[]): number | undefined =>
      resolve({ devices: ["0"] }, undefined, own, taken).devices[0]?.othersMiB;
    expect(others([])).to.equal(6000);
    expect(others([["GPU-a", 5120]]), "by UUID").to.equal(880);
    expect(others([["0", 5120]]), "by index").to.equal(880);
    expect(others([["0", 7000]]), "never less than nothing").to.equal(0);
  });

  it("cannot be GPUs that do not exist", () => {
    const [problem] = resolve({ devices: ["2"] }).problems;
    expect(problem).to.include({ key: "morgan:gpuDevices", found: '"2"' });
    expect(problem?.expected).to.contain("GPU-a, 0, GPU-b, 1");
    expect(keys({ devices: ["GPU-gone", "0"] })).to.deep.equal(["morgan:gpuDevices"]);
    expect(keys({ memoryMiB: { "5": 8192 } })).to.deep.equal(["morgan:gpuCards"]);
  });

  it("cannot be GPUs that the engine does not offer", () => {
    const [problem] = resolve({ mode: "cdi", devices: ["1"] }, ["0", "GPU-a"]).problems;
    expect(problem).to.include({ key: "morgan:gpuDevices", found: '"1"' });
    expect(problem?.expected).to.contain("0, GPU-a");
  });

  it("have the configured memory if no discovery is possible", () => {
    const declared = resolve({ mode: "cdi", memoryMiB: { "0": 8192 } }, ["0"], [], []);
    expect(declared.devices).to.deep.equal([{ id: "0", names: ["0"], name: "", totalMiB: 8192, othersMiB: 0 }]);
    const [problem] = resolve({ mode: "cdi", devices: ["0"] }, ["0"], [], []).problems;
    expect(problem?.key).to.equal("morgan:gpuCards.0");
    expect(problem?.fix).to.contain("gpuCards");
  });

  it("cannot be one GPU by two names", () => {
    expect(keys({ devices: ["0", "GPU-a"] })).to.deep.equal(["morgan:gpuDevices"]);
    expect(keys({ mode: "cdi", devices: ["0", "GPU-a"] }, undefined)).to.deep.equal(["morgan:gpuDevices"]);
  });
});

describe("a GPU that is divided into slices", () => {
  const reading = (index: number, mig: boolean) => ({
    index,
    uuid: `GPU-${String(index)}`,
    name: "NVIDIA A100",
    totalMiB: 40_960,
    freeMiB: 40_000,
    driver: "570.26",
    computeCapability: "8.0",
    mig,
  });
  const slice = (index: number) => ({
    gpu: "GPU-0",
    index,
    uuid: `MIG-${String(index)}`,
    profile: "3g.20gb",
    memoryMiB: 19_073,
  });

  it("is given by the slice, and a whole GPU beside it as a whole", () => {
    const found = foundDevices([reading(0, true), reading(1, false)], [slice(0), slice(1)]);
    expect(found.map(({ names }) => names)).to.deep.equal([
      ["MIG-0", "0:0"],
      ["MIG-1", "0:1"],
      ["GPU-1", "1"],
    ]);
    expect(found[0]).to.include({ name: "NVIDIA A100 3g.20gb", totalMiB: 19_073, freeMiB: 19_073 });
  });
});

import { expect } from "chai";
import { gpuInputs } from "../../../components/deploy/container/gpu.ts";
import type { GpuSupport } from "../../../components/engine/gpu-support.ts";
import { supportProblems } from "../../../components/gpu/engine-support.ts";

const NOTHING: GpuSupport = { cdiDevices: [], cdiFolders: ["/etc/cdi", "/var/run/cdi"], runtimes: ["runc"] };

describe("an engine", () => {
  it("gives GPUs by CDI if it has CDI devices, or does not list them", () => {
    expect(supportProblems("cdi", { ...NOTHING, cdiDevices: ["0"] }, undefined)).to.deep.equal([]);
    expect(supportProblems("cdi", { ...NOTHING, cdiDevices: undefined }, undefined)).to.deep.equal([]);
  });

  it("without CDI devices is a problem with a fix", () => {
    const [problem] = supportProblems("cdi", NOTHING, undefined);
    expect(problem).to.include({ key: "morgan:gpuMode", found: "no such device in /etc/cdi, /var/run/cdi" });
    expect(problem?.fix).to.contain("nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml");
    expect(supportProblems("cdi", { ...NOTHING, cdiFolders: [] }, undefined)[0]?.found).to.contain("CDI is off");
  });

  it("gives GPUs by a runtime that it has", () => {
    expect(supportProblems("runtime", { ...NOTHING, runtimes: ["runc", "nvidia"] }, undefined)).to.deep.equal([]);
    const [problem] = supportProblems("runtime", NOTHING, undefined);
    expect(problem?.fix).to.contain("nvidia-ctk runtime configure --runtime=docker");
  });

  it("gives GPUs by its own driver if NVIDIA's hook is installed", () => {
    expect(supportProblems("nvidia", NOTHING, true)).to.deep.equal([]);
    expect(supportProblems("nvidia", NOTHING, undefined), "an engine on another machine").to.deep.equal([]);
    expect(supportProblems("nvidia", NOTHING, false)[0]?.found).to.contain("nvidia-container-runtime-hook");
  });
});

describe("a container", () => {
  it("gets one GPU by CDI, with nothing else in the request", () => {
    expect(gpuInputs({ mode: "cdi", device: "GPU-a" })).to.deep.equal({
      deviceRequests: [{ driver: "cdi", deviceIds: ["nvidia.com/gpu=GPU-a"] }],
      environment: {},
    });
  });

  it("gets one GPU by the nvidia driver, with its libraries", () => {
    expect(gpuInputs({ mode: "nvidia", device: "0" })).to.deep.equal({
      deviceRequests: [{ driver: "nvidia", deviceIds: ["0"], capabilities: ["gpu", "compute", "utility"] }],
      environment: {},
    });
  });

  it("gets one GPU by the runtime and its environment", () => {
    expect(gpuInputs({ mode: "runtime", device: "MIG-1" })).to.deep.equal({
      runtime: "nvidia",
      environment: { NVIDIA_VISIBLE_DEVICES: "MIG-1", NVIDIA_DRIVER_CAPABILITIES: "compute,utility" },
    });
  });

  it("gets no GPU otherwise", () => {
    expect(gpuInputs(undefined)).to.deep.equal({ environment: {} });
  });
});

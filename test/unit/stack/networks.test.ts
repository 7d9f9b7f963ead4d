import { expect } from "chai";
import { networksOf } from "../../../components/deploy/service/networks.ts";
import type { Compute, Wiring } from "../../../components/deploy/service/wiring.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { fakeEngine, stackConfig, stackService, type ConfigChanges } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";

const PROCESSOR: Compute = { onGpu: false, model: undefined, offline: false };
const backing = { url: "", password: "" };
const wiring: Wiring = {
  redis: backing,
  postgres: backing,
  llm: { endpoint: "", model: "", apiKey: undefined },
  bodyLimit: 1000,
};

describe("the networks of a service", () => {
  it("are that of the services, and that of the data where it keeps some", () => {
    expect(networksOf(stackService("core"), wiring, PROCESSOR)).to.deep.equal(["services", "data"]);
    for (const name of ["llm", "tts", "stt", "vad"] as const) {
      expect(networksOf(stackService(name), wiring, PROCESSOR), name).to.deep.equal(["services"]);
    }
  });

  it("lead outside for the one that asks a configured language model", () => {
    const configured = { ...wiring, llm: { endpoint: "https://llm.example.com/v1", model: "", apiKey: undefined } };
    expect(networksOf(stackService("llm"), configured, PROCESSOR)).to.deep.equal(["services", "outside"]);
    expect(networksOf(stackService("core"), configured, PROCESSOR)).to.deep.equal(["services", "data"]);
  });

  it("lead outside for the one that loads its weights from the hub, and not where it never asks it", () => {
    const stt = stackService("stt", { accelerator: "cuda" });
    const hub: Compute = { onGpu: true, model: { kind: "hub", id: "org/name" }, offline: false };
    expect(networksOf(stt, wiring, hub)).to.deep.equal(["services", "outside"]);
    const folder = { kind: "folder", path: "/srv/whisper" } as const;
    for (const compute of [
      { ...hub, offline: true },
      { ...hub, model: folder },
      { ...hub, model: undefined },
    ]) {
      expect(networksOf(stt, wiring, compute)).to.deep.equal(["services"]);
    }
    expect(networksOf(stackService("stt"), wiring, hub), "an engine without weights").to.deep.equal(["services"]);
  });
});

describe("the networks of a stack", () => {
  useProject();
  const up = (changes: ConfigChanges = {}): Promise<Registrations> =>
    record(() => new MorganStack("morgan", { config: stackConfig(changes), engine: fakeEngine(), gpuPlan: NO_GPU }));

  it("have no way out but one, and no address of the host but on that", async () => {
    const networks = (await up()).of("network");
    expect(networks.map(({ name }) => name)).to.have.members(["services-network", "data-network", "network"]);
    for (const { name, inputs } of networks.filter(({ name }) => name !== "network")) {
      expect(inputs["internal"], name).to.equal(true);
      expect(inputs["options"], name).to.deep.equal({ "com.docker.network.bridge.inhibit_ipv4": "true" });
    }
  });

  it("leave the one that stacks had before as it was", async () => {
    const { inputs } = (await up()).get("network", "network");
    const labels = [
      { label: "morgan.stack", value: "dev" },
      { label: "morgan.role", value: "network" },
    ];
    expect(inputs).to.deep.equal({ labels });
  });

  it("have one for data only where there is some", async () => {
    expect((await up({ services: ["llm"] })).names("network")).to.have.members(["services-network", "network"]);
  });
});

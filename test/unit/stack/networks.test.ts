import { expect } from "chai";
import { networksOf } from "../../../components/deploy/service/networks.ts";
import type { Compute, Wiring } from "../../../components/deploy/service/wiring.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig, stackService, type ConfigChanges, IDENTITY } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";

const ON_CPU: Compute = { onGpu: false, model: undefined, offline: false };
const backing = { url: "", password: "" };
const wiring: Wiring = {
  redis: backing,
  postgres: backing,
  llm: { endpoint: "", model: "", apiKey: undefined },
  bodyLimit: 1000,
  openApi: false,
  history: { days: 365, size: 1, sessionTurns: 1, sessionSize: 1 },
};

describe("the networks of a service", () => {
  for (const [name, networks] of [
    ["core", ["services", "data"]],
    ["llm", ["services"]],
    ["tts", ["services"]],
    ["stt", ["services"]],
    ["vad", ["services"]],
  ] as const) {
    it(`are ${networks.join(" and ")} for ${name}`, () => {
      expect(networksOf(stackService(name), wiring, ON_CPU)).to.deep.equal(networks);
    });
  }

  it("lead outside for the service that calls a configured language model", () => {
    const configured = { ...wiring, llm: { endpoint: "https://llm.example.com/v1", model: "", apiKey: undefined } };
    expect(networksOf(stackService("llm"), configured, ON_CPU)).to.deep.equal(["services", "outside"]);
    expect(networksOf(stackService("core"), configured, ON_CPU)).to.deep.equal(["services", "data"]);
  });

  const hub: Compute = { onGpu: true, model: { kind: "hub", id: "org/name" }, offline: false };
  const onGpu = stackService("stt", { accelerator: "cuda" });

  it("lead outside for a service that loads its weights from the model hub", () => {
    expect(networksOf(onGpu, wiring, hub)).to.deep.equal(["services", "outside"]);
  });

  for (const [condition, service, compute] of [
    ["the stack is offline", onGpu, { ...hub, offline: true }],
    ["the weights are in a folder", onGpu, { ...hub, model: { kind: "folder", path: "/srv/whisper" } }],
    ["the service has no model", onGpu, { ...hub, model: undefined }],
    ["the variant loads no weights", stackService("stt"), hub],
  ] as const) {
    it(`do not lead outside if ${condition}`, () => {
      expect(networksOf(service, wiring, compute)).to.deep.equal(["services"]);
    });
  }
});

describe("the networks of a stack", () => {
  useProject();
  const up = (changes: ConfigChanges = {}): Promise<Registrations> =>
    record(
      () =>
        new MorganStack("morgan", {
          config: stackConfig(changes),
          identity: IDENTITY,
          engine: fakeEngine(),
          facts: FACTS,
          gpuPlan: NO_GPU,
        }),
    );

  it("are internal and without an address of the host, except one", async () => {
    const networks = (await up()).of("network");
    expect(networks.map(({ name }) => name)).to.have.members(["services-network", "data-network", "network"]);
    for (const { name, inputs } of networks.filter(({ name }) => name !== "network")) {
      expect(inputs["internal"], name).to.equal(true);
      expect(inputs["options"], name).to.deep.equal({ "com.docker.network.bridge.inhibit_ipv4": "true" });
    }
  });

  it("keep the inputs of the network that was once the only one", async () => {
    const { inputs } = (await up()).get("network", "network");
    const labels = [
      { label: "morgan.stack", value: "dev" },
      { label: "morgan.state", value: IDENTITY.id },
      { label: "morgan.role", value: "network" },
    ];
    expect(inputs).to.deep.equal({ labels });
  });

  it("include one for data only if a service uses a backing service", async () => {
    expect((await up({ services: ["llm"] })).names("network")).to.have.members(["services-network", "network"]);
  });
});

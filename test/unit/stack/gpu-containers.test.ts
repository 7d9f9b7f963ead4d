import { expect } from "chai";
import type { GpuPlan } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig, type ConfigChanges } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";
import { at } from "../support/wire.ts";

const PLAN: GpuPlan = {
  mode: "cdi",
  placements: new Map([
    ["tts", { device: "GPU-a", vramMiB: 2048, rollout: "create-first" }],
    ["stt", { device: "GPU-b", vramMiB: 5120, rollout: "stop-first" }],
  ]),
  report: "",
};

const up = (gpu: Partial<GpuPlan> = {}, changes: ConfigChanges = {}): Promise<Registrations> =>
  record(() => {
    const config = stackConfig({ accelerator: "cuda", ...changes });
    new MorganStack("morgan", { config, engine: fakeEngine(), facts: FACTS, gpuPlan: { ...PLAN, ...gpu } });
  });

describe("a container with a GPU", () => {
  useProject();
  let registrations: Registrations;
  before(async () => {
    registrations = await up();
  });
  const inputs = (name: string) => registrations.get("container", name).inputs;

  it("gets exactly its GPU, and no other container gets a GPU", () => {
    const given = registrations.of("container").filter((container) => "deviceRequests" in container.inputs);
    expect(
      Object.fromEntries(given.map((container) => [container.name, container.inputs["deviceRequests"]])),
    ).to.deep.equal({
      tts: [{ driver: "cdi", deviceIds: ["nvidia.com/gpu=GPU-a"] }],
      stt: [{ driver: "cdi", deviceIds: ["nvidia.com/gpu=GPU-b"] }],
    });
  });

  it("has a label with its GPU, so that the next run keeps the placement", () => {
    expect(inputs("stt")["labels"]).to.deep.include({ label: "morgan.gpu", value: "GPU-b" });
    expect(JSON.stringify(inputs("vad")["labels"])).not.to.contain("morgan.gpu");
  });

  it("is replaced create-first or stop-first by the GPU plan", () => {
    expect(registrations.get("container", "tts").deleteBeforeReplace).to.equal(false);
    expect(registrations.get("container", "stt").deleteBeforeReplace).to.equal(true);
  });

  it("starts after the container before it, so that weights are loaded one after the other", () => {
    expect(registrations.get("container", "stt").dependsOn).to.include("tts");
    expect([inputs("tts")["wait"], inputs("stt")["wait"]]).to.deep.equal([true, true]);
    expect(registrations.get("container", "tts").dependsOn).not.to.include("stt");
    expect(registrations.get("container", "vad").dependsOn).not.to.include("stt");
  });

  it("gets the device in its environment, and shows it in the stack's outputs", () => {
    expect(inputs("stt")["envs"]).to.include.members(["MORGAN_DEVICE=cuda", "MORGAN_MODEL_DIR=/models"]);
    expect(at(registrations.component("MorganStack").outputs, "services.stt.device")).to.equal("GPU-b");
    expect(at(registrations.component("MorganStack").outputs, "services.vad.device")).to.equal("cpu");
  });

  it("has the memory and the start limit of its variant", () => {
    expect(inputs("stt")["memory"]).to.equal(6144);
    expect(inputs("stt")["waitTimeout"]).to.equal(180);
  });

  it("can get the GPU by the runtime, too", async () => {
    const { inputs: given } = (await up({ mode: "runtime" })).get("container", "tts");
    expect(given["runtime"]).to.equal("nvidia");
    expect(given["envs"]).to.include("NVIDIA_VISIBLE_DEVICES=GPU-a");
    expect(given).not.to.have.property("deviceRequests");
  });

  it("without a GPU computes on the CPU, in the same image", async () => {
    const { inputs: given } = (await up({ placements: new Map() })).get("container", "stt");
    expect(given["envs"]).to.include.members(["MORGAN_DEVICE=cpu", "MORGAN_ENGINE=faster-whisper"]);
    expect(given).not.to.have.property("deviceRequests");
  });
});

describe("the weights of a service", () => {
  useProject();
  const mounts = async (changes: ConfigChanges): Promise<unknown> =>
    (await up({}, changes)).get("container", "stt").inputs["volumes"];

  it("are on a volume of the stack, which only a service with weights has", async () => {
    const registrations = await up();
    expect(registrations.names("volume")).to.include.members(["tts-models", "stt-models"]);
    expect(registrations.names("volume")).not.to.include("vad-models");
    expect(await mounts({})).to.deep.include({ containerPath: "/models", volumeName: "morgan-dev-stt-models-0123456" });
    expect((await up({}, { accelerator: "cpu" })).names("volume")).not.to.include("stt-models");
  });

  it("are in a folder of the host, which the service cannot write, if one is configured", async () => {
    const models = { services: { stt: { kind: "folder", path: "/srv/whisper" } }, offline: false } as const;
    expect(await mounts({ models })).to.deep.equal([
      { containerPath: "/models", hostPath: "/srv/whisper", readOnly: true },
    ]);
    expect((await up({}, { models })).names("volume")).not.to.include("stt-models");
  });

  it("are protected with the rest of the data", async () => {
    const { protect } = (await up({}, { data: { protect: true } })).get("volume", "stt-models");
    expect(protect).to.equal(true);
  });

  it("come from the model hub if that is configured", async () => {
    const models = { services: { stt: { kind: "hub", id: "org/whisper" } }, offline: true } as const;
    const { inputs } = (await up({}, { models })).get("container", "stt");
    expect(inputs["envs"]).to.include.members(["MORGAN_MODEL=org/whisper", "MORGAN_MODEL_OFFLINE=true"]);
  });
});

import { expect } from "chai";
import { absentEngine, recordedFacts } from "../../../components/engine/absent-engine.ts";
import { MorganError } from "../../../components/lib/errors.ts";
import { preflight, type Preflight } from "../../../components/preflight/preflight.ts";
import { FACTS, fakeEngine, IDENTITY, NO_PROFILE, stackConfig, type ConfigChanges } from "../support/config.ts";
import { fakeHost } from "../support/host.ts";
import { container } from "../support/manifests.ts";

const { id, name, architecture, processors } = FACTS;
const RECORDED = { engine: { id, name, architecture, processors } };

/** An engine that answers nothing. */
const down = fakeEngine(
  Object.fromEntries(Object.keys(fakeEngine()).map((key) => [key, () => Promise.reject(new Error("no engine"))])),
);

const without = (changes: ConfigChanges = {}, outputs: unknown = RECORDED, isPreview = true): Promise<Preflight> => {
  const host = fakeHost(down);
  host.listening.add("0.0.0.0:8080");
  return preflight(stackConfig({ ...changes, machine: { withoutMachine: true } }), [], host, {
    outputs: Promise.resolve(outputs),
    identity: Promise.resolve(IDENTITY),
    isPreview,
  });
};

const keys = async (run: Promise<unknown>): Promise<readonly string[]> => {
  try {
    await run;
    return [];
  } catch (error) {
    if (error instanceof MorganError) return error.problems.map(({ key }) => key);
    throw error;
  }
};

describe("a preview without the machine", () => {
  it("needs neither an engine nor a free port, and says what it left out", async () => {
    const { facts, leftOut, gpu } = await without();
    expect(facts).to.deep.include({ id, name, architecture, processors });
    expect(gpu.placements.size).to.equal(0);
    expect(leftOut).to.have.length(2);
    expect(leftOut[0]).to.match(/engine was not asked/);
    expect(leftOut[1]).to.include("127.0.0.1:8080 and 127.0.0.1:5101");
  });

  it("names the weights, the builder, the registry and the package sources of the configuration", async () => {
    const { leftOut } = await without({
      accelerator: "cuda",
      gpu: { use: "preferred", mode: "cdi", devices: [], memoryMiB: {} },
      models: { services: { tts: { kind: "folder", path: "/srv/voices" } }, offline: false },
      images: { builder: "farm", registry: { kind: "remote", host: "harbor.example.com", project: "voice" } },
      network: { ...NO_PROFILE, pypi: { index: "https://pypi.example.com/simple", extraIndex: "", login: undefined } },
    });
    const text = leftOut.join("\n");
    for (const part of ["/srv/voices", '"farm"', "harbor.example.com", "package sources", "tts is placed by the up"])
      expect(text).to.include(part);
    expect(text).to.not.include("5101");
  });

  it("takes each service for where the last up placed it", async () => {
    const placed = { settings: { gpu: "nvidia 1" }, way: "stop-first" } as const;
    const manifest = {
      version: 1,
      cuda: "12.4",
      stages: {},
      refs: {},
      containers: { tts: container(placed), stt: container(), vad: container(placed) },
      repository: "",
      passwordRevision: "",
      releases: {},
    };
    const cuda = { accelerator: "cuda", gpu: { use: "required", mode: "cdi", devices: [], memoryMiB: {} } } as const;
    const { gpu, leftOut } = await without(cuda, { ...RECORDED, manifest });
    expect(gpu.mode).to.equal("nvidia");
    expect([...gpu.placements.keys()]).to.deep.equal(["tts"]);
    expect(gpu.placements.get("tts")).to.include({ device: "1", rollout: "stop-first" });
    expect(leftOut.join("\n")).to.include("tts counts as on GPU 1").and.include("stt is placed by the up");
    const off = { ...cuda, gpu: { ...cuda.gpu, use: "off" } } as const;
    const cpu = await without(off, { ...RECORDED, manifest });
    expect([cpu.gpu.placements.size, cpu.leftOut.join("\n").includes("GPU")]).to.deep.equal([0, false]);
  });

  it("still reports what a checkout and a state can answer", async () => {
    expect(await keys(without({ stack: "other", fullName: "organization/morgan/other" }))).to.deep.equal([
      "name of the stack",
    ]);
  });

  it("is no up", async () => {
    expect(await keys(without({}, RECORDED, false))).to.deep.equal(["MORGAN_WITHOUT_MACHINE"]);
  });

  it("leaves nothing out with the machine", async () => {
    const { leftOut } = await preflight(stackConfig(), [], fakeHost(), {
      outputs: Promise.resolve({}),
      identity: Promise.resolve(IDENTITY),
      isPreview: true,
    });
    expect(leftOut).to.deep.equal([]);
  });
});

describe("an engine that is not asked", () => {
  it("has what the state has, and answers without a request", async () => {
    const engine = absentEngine(down);
    expect(await engine.inspect("c1")).to.include({ id: "c1", health: "healthy" });
    expect(await engine.health("c1")).to.equal("healthy");
    expect(await engine.containers({})).to.deep.equal([]);
    expect(await engine.imageSize("a@sha256:0")).to.deep.equal({ compressed: 0, unpacked: 0 });
  });

  it("has the recorded facts, whatever program wrote the outputs", () => {
    expect(recordedFacts(RECORDED)).to.include({ id, name, architecture, processors });
    for (const outputs of [undefined, null, {}, { engine: { id: "e1" } }, { engine: { processors: "4" } }])
      expect(recordedFacts(outputs)).to.include({ architecture: "amd64", processors: Infinity });
  });
});

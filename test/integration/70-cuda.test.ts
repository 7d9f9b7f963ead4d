import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { startHub } from "./support/hub.ts";
import { joinedBy, networksOfStack } from "./support/network.ts";
import { manifestOf } from "./support/registry.ts";
import { TestStack } from "./support/test-stack.ts";
import { appeared, askInside, makeWeights } from "./support/tiny-models.ts";

/** What CTranslate2 opens when a model goes to a GPU; without one the libraries can be loaded all the same. */
const TRANSCRIBE = `
import ctypes, importlib.util, json, nvidia
import ctranslate2, faster_whisper
for library in ("libcublasLt.so.12", "libcublas.so.12"):
    ctypes.CDLL(f"{nvidia.__path__[0]}/cublas/lib/{library}", ctypes.RTLD_GLOBAL)
print(json.dumps({
    "torch": importlib.util.find_spec("torch") is not None,
    "cpu": sorted(ctranslate2.get_supported_compute_types("cpu")),
}))
`;

/** Why a service is not ready, as soon as it can say more than that it is loading. */
async function reason(id: string, port: number): Promise<string> {
  for (let tries = 0; tries < 60; tries++) {
    try {
      const { status, body } = askInside(id, port, "/ready");
      if (status === 200) throw new Error("it is ready");
      if (!/loading|starting/i.test(body)) return body;
    } catch (error) {
      if (!String(error).includes("ConnectionRefused")) throw error;
    }
    await sleep(1000);
  }
  throw new Error("it says nothing");
}

describe("the images for CUDA, on a machine that need not have a GPU", () => {
  let stack: TestStack;
  const image = (stage: string): string =>
    `127.0.0.1:${String(stack.registryPort)}/morgan/images:${stage}.${stack.name}`;
  const layers = async (stage: string): Promise<string[]> =>
    (await manifestOf(image(stage))).layers.map(({ digest }) => digest);
  /** What a program prints in an image, confined as a service is. */
  const run = (stage: string, ...command: readonly string[]): string => {
    const confined = ["--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--entrypoint", ""];
    return docker("run", ...confined, image(stage), ...command).trim();
  };
  const python = (stage: string, program: string): unknown =>
    JSON.parse(run(stage, "python3", "-c", program).split("\n").at(-1) ?? "");
  /** Paths of the shared libraries in an image. */
  const libraries = (stage: string): string[] =>
    run(stage, "find", "/opt", "/usr", "-type", "f", "-name", "lib*.so*").split("\n");

  /** What the services answered before they had weights. */
  const without: Record<string, string> = {};

  before("builds them, and makes weights while the deployment waits for some", async () => {
    stack = await TestStack.create({
      accelerator: "cuda",
      gpu: "off",
      services: ["tts", "stt"],
      sizeBudgets: "enforce",
    });
    const deployed = stack.commandLine("up");
    for (const [service, port] of [
      ["stt", 8003],
      ["tts", 8002],
    ] as const) {
      const container = await Promise.race([appeared(stack.name, service), deployed]);
      if ("code" in container) throw new Error(container.output);
      without[service] = await reason(container.Id, port);
      makeWeights(stack.folder, service, container);
    }
    const { code, output } = await deployed;
    expect(code, output).to.equal(0);
  });

  after(() => stack.dispose());

  it("say without weights which file they miss, and are not ready", () => {
    expect(without["tts"]).to.contain("/models/config.json");
    expect(without["stt"]).to.contain("/models/config.json");
  });

  it("speak with torch and understand with faster-whisper, on the processor as they are told, and say so", async () => {
    const { endpoint, services } = await stack.outputs();
    expect([services["tts"], services["stt"]]).to.deep.equal([
      { address: "http://gateway:8002", health: "healthy", device: "cpu" },
      { address: "http://gateway:8003", health: "healthy", device: "cpu" },
    ]);
    const spoken = await fetch(`${endpoint}/v1/speech`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "hello there" }),
    });
    expect(spoken.status).to.equal(200);
    expect(
      Buffer.from(await spoken.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).to.equal("RIFF");
    const { tts = "", stt = "" } = idsOf(stack.name);
    const understood = askInside(stt, 8003, "/v1/transcribe", "silence");
    expect(JSON.parse(understood.body)).to.include({ text: "hello", engine: "faster-whisper" });
    expect(JSON.parse(askInside(tts, 8002, "/ready").body)).to.include({ engine: "torch", device: "cpu" });
    expect(JSON.parse(askInside(stt, 8003, "/ready").body)).to.include({ engine: "faster-whisper", device: "cpu" });
  });

  it("refuse to compute on a card that they cannot use, and say why", async () => {
    for (const [service, port] of [
      ["tts", 8002],
      ["stt", 8003],
    ] as const) {
      const { [service]: running = "" } = idsOf(stack.name);
      const variables = [`--env=MORGAN_PORT=${String(port)}`, "--env=MORGAN_DEVICE=cuda"];
      const engine = `--env=MORGAN_ENGINE=${service === "tts" ? "torch" : "faster-whisper"}`;
      const confined = ["--detach", "--rm", "--read-only", "--tmpfs=/tmp", `--volumes-from=${running}:ro`];
      const id = docker("run", ...confined, ...variables, engine, image(service)).trim();
      try {
        expect(await reason(id, port), service).to.match(/no CUDA device can be used: .*libcuda\.so\.1/);
      } finally {
        docker("rm", "--force", id);
      }
    }
  });

  it("download their weights from a hub, over a way out that no other service has", async () => {
    const hub = await startHub((folder) => {
      makeWeights(stack.folder, "stt", containersOf(stack.name)["stt"] ?? expect.fail("no stt"), folder);
    });
    try {
      await stack.configure({ models: { stt: `${hub.model}@main` }, hubEndpoint: hub.url });
      await stack.up();
      expect(hub.printed()).to.match(new RegExp(`^GET /${hub.model}/resolve/[0-9a-f]{40}/model\\.bin$`, "m"));
      const { stt, tts } = containersOf(stack.name);
      expect(JSON.parse(askInside(stt?.Id ?? "", 8003, "/v1/transcribe", "silence").body)).to.include({
        text: "hello",
      });
      const networks = networksOfStack(stack.name);
      expect(joinedBy(stt, networks)).to.have.members(["network", "services-network"]);
      expect(joinedBy(tts, networks)).to.have.members(["services-network"]);
    } finally {
      await hub.stop();
    }
  });

  it("stand on each other, layer by layer, so that the registry has the CUDA libraries and torch once", async () => {
    const [base, cuda, torch, tts, stt] = await Promise.all(
      ["base", "cuda-deps", "torch-deps", "tts", "stt"].map(layers),
    );
    expect(cuda?.slice(0, base?.length)).to.deep.equal(base);
    expect(torch?.slice(0, cuda?.length)).to.deep.equal(cuda);
    expect(tts?.slice(0, torch?.length)).to.deep.equal(torch);
    expect(stt?.slice(0, cuda?.length)).to.deep.equal(cuda);
    for (const [above, below] of [
      [cuda, base],
      [torch, cuda],
      [tts, torch],
      [stt, cuda],
    ] as const) {
      expect(above?.length).to.be.above(below?.length ?? 0);
    }
  });

  it("take no more than 2.35 GB in the registry together, of the 2.4 GB for all five services", async () => {
    const manifests = await Promise.all(["tts", "stt"].map((stage) => manifestOf(image(stage))));
    const sizes = new Map(manifests.flatMap(({ layers: all }) => all.map(({ digest, size }) => [digest, size])));
    expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).to.be.below(2.35e9);
  });

  it("have the CUDA version of their row in torch", () => {
    const program = "import json, torch; print(json.dumps({'cuda': torch.version.cuda}))";
    expect(python("tts", program)).to.deep.equal({ cuda: "12.4" });
  });

  it("let faster-whisper load without torch, and the one CUDA library that it opens", () => {
    expect(python("stt", TRANSCRIBE)).to.deep.include({ torch: false }).and.have.property("cpu").that.includes("int8");
  });

  it("hold no CUDA library twice, and those that each needs", () => {
    for (const [stage, cudnn] of [
      ["tts", 1],
      ["stt", 0],
    ] as const) {
      const names = libraries(stage).map((path) => path.split("/").at(-1) ?? "");
      const count = (library: RegExp): number => names.filter((name) => library.test(name)).length;
      expect(count(/^libcublas\.so/), stage).to.equal(1);
      expect(count(/^libcublasLt\.so/), stage).to.equal(1);
      expect(count(/^libcudnn\.so/), stage).to.equal(cudnn);
      const cuda = names
        .filter((name) => /^lib(?:cu|nccl|nv|torch)/.test(name))
        .map((name) => name.replace(/\.so.*/, ""));
      expect(
        cuda.filter((name, index) => cuda.indexOf(name) !== index),
        stage,
      ).to.deep.equal([]);
    }
  });
});

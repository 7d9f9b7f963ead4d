import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { engineOutput, filesBelow, placesHolding } from "./support/canaries.ts";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { startModelHub, type TestModelHub } from "./support/model-hub.ts";
import { joinedBy, networksOfStack } from "./support/network.ts";
import { manifestOf } from "./support/registry.ts";
import { TestStack } from "./support/test-stack.ts";
import { makeWeights, requestInside, waitForContainer } from "./support/tiny-models.ts";

/** Loads the libraries that CTranslate2 4.8.5 opens for a GPU. The libraries also load without a GPU. */
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

/** Waits until a service is no longer loading, and returns the reason why it is not ready. */
async function reason(id: string, port: number): Promise<string> {
  for (let tries = 0; tries < 60; tries++) {
    try {
      const { status, body } = requestInside(id, port, "/ready");
      if (status === 200) throw new Error("the service is ready");
      if (!/loading|starting/i.test(body)) return body;
    } catch (error) {
      if (!String(error).includes("ConnectionRefused")) throw error;
    }
    await sleep(1000);
  }
  throw new Error("the service reports no reason");
}

describe("the CUDA images, on a machine with or without a GPU", () => {
  let stack: TestStack;
  const image = (stage: string): string =>
    `127.0.0.1:${String(stack.registryPort)}/morgan/images:${stage}.${stack.name}`;
  const layers = async (stage: string): Promise<string[]> =>
    (await manifestOf(image(stage))).layers.map(({ digest }) => digest);
  /** Runs a program in an image with the limits of a service, and returns its output. */
  const run = (stage: string, ...command: readonly string[]): string => {
    const confined = ["--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--entrypoint", ""];
    return docker("run", ...confined, image(stage), ...command).trim();
  };
  const python = (stage: string, program: string): unknown =>
    JSON.parse(run(stage, "python3", "-c", program).split("\n").at(-1) ?? "");
  /** Returns the paths of the shared libraries in an image. */
  const libraries = (stage: string): string[] =>
    run(stage, "find", "/opt", "/usr", "-type", "f", "-name", "lib*.so*").split("\n");

  /** The reasons of the services before they had weights. */
  const without: Record<string, string> = {};

  before("up, and weights that are made while the deployment waits for them", async () => {
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
      const container = await Promise.race([waitForContainer(stack.name, service), deployed]);
      if ("code" in container) throw new Error(container.output);
      without[service] = await reason(container.Id, port);
      makeWeights(stack.folder, service, container);
    }
    const { code, output } = await deployed;
    expect(code, output).to.equal(0);
  });

  after(() => stack.dispose());

  it("services without weights are not ready, and name the missing file", () => {
    expect(without["tts"]).to.contain("/models/config.json");
    expect(without["stt"]).to.contain("/models/config.json");
  });

  it("tts uses torch and stt uses faster-whisper, and both report that they compute on the CPU", async () => {
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
    const transcribed = requestInside(stt, 8003, "/v1/transcribe", "silence");
    expect(JSON.parse(transcribed.body)).to.include({ text: "hello", engine: "faster-whisper" });
    expect(JSON.parse(requestInside(tts, 8002, "/ready").body)).to.include({ engine: "torch", device: "cpu" });
    expect(JSON.parse(requestInside(stt, 8003, "/ready").body)).to.include({ engine: "faster-whisper", device: "cpu" });
  });

  it("services with an unusable GPU are not ready, and report the reason", async () => {
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

  /** Returns the reason of an stt that has no token, and is to download a model to a folder in memory. */
  const reasonWithoutToken = async ({ model, url }: TestModelHub): Promise<string> => {
    const confined = [
      "--detach",
      "--rm",
      "--read-only",
      "--tmpfs=/tmp",
      "--tmpfs=/models:mode=1777,uid=10001,gid=10001",
    ];
    const variables = { PORT: "8003", ENGINE: "faster-whisper", DEVICE: "cpu", MODEL: model };
    const environment = Object.entries(variables).map(([name, value]) => `--env=MORGAN_${name}=${value}`);
    const id = docker("run", ...confined, ...environment, `--env=HF_ENDPOINT=${url}`, image("stt")).trim();
    try {
      return await reason(id, 8003);
    } finally {
      docker("rm", "--force", id);
    }
  };

  it("a service downloads gated weights with a token, over a network that no other service is on", async () => {
    const hub = await startModelHub((folder) => {
      makeWeights(stack.folder, "stt", containersOf(stack.name)["stt"] ?? expect.fail("no stt"), folder);
    });
    try {
      expect(await reasonWithoutToken(hub))
        .to.contain("needs the token of an account")
        .and.contain("hubToken");
      await stack.configure({ models: { stt: `${hub.model}@main` }, hubEndpoint: hub.url });
      await stack.configureSecrets({ hubToken: hub.token });
      await stack.up();
      expect(hub.log()).to.match(new RegExp(`^GET /${hub.model}/resolve/[0-9a-f]{40}/model\\.bin$`, "m"));
      const { stt, tts } = containersOf(stack.name);
      expect(JSON.parse(requestInside(stt?.Id ?? "", 8003, "/v1/transcribe", "silence").body)).to.include({
        text: "hello",
      });
      const networks = networksOfStack(stack.name);
      expect(joinedBy(stt, networks)).to.have.members(["network", "services-network"]);
      expect(joinedBy(tts, networks)).to.have.members(["services-network"]);
      const places = [
        ...engineOutput(stack.name, `127.0.0.1:${String(stack.registryPort)}/`),
        ...filesBelow(join(stack.folder, ".morgan/state")),
      ];
      const { [hub.token]: secret, [hub.model]: known } = placesHolding([hub.token, hub.model], places);
      expect(secret).to.deep.equal([]);
      expect(known).not.to.deep.equal([]);
    } finally {
      await hub.stop();
    }
  });

  it("stages share the layers below them, so the registry has the CUDA libraries and torch once", async () => {
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

  it("tts and stt together take at most 2.35 GB in the registry", async () => {
    const manifests = await Promise.all(["tts", "stt"].map((stage) => manifestOf(image(stage))));
    const sizes = new Map(manifests.flatMap(({ layers: all }) => all.map(({ digest, size }) => [digest, size])));
    expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).to.be.below(2.35e9);
  });

  it("torch has the CUDA version of the row", () => {
    const program = "import json, torch; print(json.dumps({'cuda': torch.version.cuda}))";
    expect(python("tts", program)).to.deep.equal({ cuda: "12.4" });
  });

  it("faster-whisper and its only CUDA library load without torch", () => {
    expect(python("stt", TRANSCRIBE)).to.deep.include({ torch: false }).and.have.property("cpu").that.includes("int8");
  });

  it("each image contains the CUDA libraries that it needs, and none twice", () => {
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

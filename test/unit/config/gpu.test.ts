import { expect } from "chai";
import { configReader } from "../../../components/config/reader.ts";
import type { Problem } from "../../../components/lib/errors.ts";
import { readGpuConfig, type GpuConfig } from "../../../components/config/gpu.ts";
import { readModels, type Models } from "../../../components/config/models.ts";
import { testCatalog } from "../support/catalog.ts";
import { stackServices } from "../support/config.ts";

/** Returns the sections as read, and the keys of all problems. */
function read(
  accelerator: "cpu" | "cuda",
  values: Readonly<Record<string, string>> = {},
): { readonly gpu: GpuConfig; readonly models: Models; readonly wrong: readonly string[] } {
  const problems: Problem[] = [];
  const reader = configReader(
    { values: (key) => values[key], secret: () => undefined, isEncrypted: () => true },
    problems,
    [],
  );
  const [gpu, models] = [
    readGpuConfig(reader, accelerator),
    readModels(reader, testCatalog, { accelerator, services: stackServices() }),
  ];
  return { gpu, models, wrong: problems.map(({ key }) => key) };
}

describe("the configuration of GPUs", () => {
  it("requires a GPU if the accelerator is CUDA, unless GPUs are switched off", () => {
    expect(read("cuda").gpu).to.deep.equal({ use: "required", mode: "cdi", devices: [], memoryMiB: {} });
    expect(read("cpu").gpu.use).to.equal("off");
    expect(read("cuda", { gpu: "off" }).gpu.use).to.equal("off");
  });

  it("has the memory of GPUs in MiB", () => {
    expect(read("cuda", { gpuCards: '{"0":"24 GiB","GPU-a":"512 MiB"}' }).gpu.memoryMiB).to.deep.equal({
      "0": 24_576,
      "GPU-a": 512,
    });
  });

  it("cannot require a GPU if containers get none", () => {
    expect(read("cuda", { gpuMode: "none" }).wrong).to.deep.equal(["morgan:gpuMode"]);
    expect(read("cuda", { gpuMode: "none", gpu: "preferred" }).wrong).to.deep.equal([]);
    expect(read("cpu", { gpu: "required" }).wrong).to.deep.equal(["morgan:gpu"]);
  });
});

describe("the configuration of weights", () => {
  it("distinguishes a folder of the host from a model of the model hub", () => {
    const models = '{"stt":"/srv/whisper","tts":"org/vits@main"}';
    expect(read("cuda", { models, modelsOffline: "true" }).models).to.deep.equal({
      services: { stt: { kind: "folder", path: "/srv/whisper" }, tts: { kind: "hub", id: "org/vits@main" } },
      offline: true,
    });
  });

  it("takes models of the model hub from a mirror", () => {
    const values = { models: '{"tts":"org/vits","stt":"/srv/whisper"}', hubEndpoint: "https://hub.example.com" };
    expect(read("cuda", values).models.services).to.deep.equal({
      stt: { kind: "folder", path: "/srv/whisper" },
      tts: { kind: "hub", id: "org/vits", endpoint: "https://hub.example.com" },
    });
  });

  for (const text of [
    "./whisper",
    "../w",
    "/srv:/etc",
    "a/b/c",
    "a",
    "~/w",
    "C:\\models",
    "-a/b",
    "a/..",
    "a/b@",
    "a/b@c@d",
    "a /b",
    "",
    "/a\nb",
  ]) {
    it(`refuses ${JSON.stringify(text)}, which is neither`, () => {
      expect(read("cuda", { models: JSON.stringify({ stt: text }) }).wrong).to.deep.equal(["morgan:models.stt"]);
    });
  }

  it("takes every folder that a mount can have", () => {
    for (const path of ["/srv/my models", "/srv/Übung", "/srv/a@b", "/"]) {
      expect(read("cuda", { models: JSON.stringify({ stt: path }) }).models.services["stt"]).to.deep.equal({
        kind: "folder",
        path,
      });
    }
  });

  it("refuses a model for a service that loads none", () => {
    expect(read("cuda", { models: '{"vad":"org/vad"}' }).wrong).to.deep.equal(["morgan:models"]);
    expect(read("cuda", { models: '{"stt":"whisper"}' }).wrong).to.deep.equal(["morgan:models.stt"]);
  });
});

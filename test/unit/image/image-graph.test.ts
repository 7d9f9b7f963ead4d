import { expect } from "chai";
import type { BaseImages } from "../../../components/config/base-images.ts";
import type { Selection } from "../../../components/catalog/select.ts";
import { CUDA_VERSIONS, type CudaVersion } from "../../../components/catalog/cuda-version.ts";
import { ImageGraph } from "../../../components/image/image-graph.ts";
import { buildSettings } from "../support/build.ts";
import { DEBIAN, UPSTREAM, stackServices } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { madeDigest, record, type RecordOptions, type Registrations } from "../support/registrations.ts";
import { at } from "../support/wire.ts";

const args = { uv: "uv", build: buildSettings() };

const graph = (
  selection: Partial<Selection> = {},
  baseImages: BaseImages = DEBIAN,
  options?: RecordOptions,
): Promise<Registrations> =>
  record(() => {
    const { accelerator = "cpu" } = selection;
    return new ImageGraph("images", { ...args, services: stackServices(selection), accelerator, baseImages });
  }, options);

/** Returns the stages that each image is built on, by their names in its Dockerfile. */
function edges(registrations: Registrations): Record<string, Record<string, string>> {
  const made = new Map(
    [...registrations.of("image"), ...registrations.of("command")].map(({ name, inputs }) => [
      madeDigest(inputs),
      name,
    ]),
  );
  const stage = (location: string): string =>
    made.get(/^docker-image:\/\/[^:]+:5101\/\S+@(sha256:[0-9a-f]{64})$/.exec(location)?.[1] ?? "") ??
    `not by digest: ${location}`;
  const images = registrations.of("image").map(({ name, inputs }) => {
    const named = Object.entries(at(inputs, "context.named") ?? {});
    return [
      name,
      Object.fromEntries(named.map(([key, value]) => [key, stage(String(at(value, "location")))])),
    ] as const;
  });
  return Object.fromEntries(images);
}

const deps = (parent: string): Record<string, string> => ({ parent, tools: "tools" });

const CPU = {
  tools: {},
  base: { debian: "debian", tools: "tools" },
  "core-deps": deps("base"),
  core: { deps: "core-deps" },
  "llm-deps": deps("base"),
  llm: { deps: "llm-deps" },
  "tts-deps": deps("base"),
  tts: { deps: "tts-deps" },
  "stt-deps": deps("base"),
  stt: { deps: "stt-deps" },
  "vad-deps": deps("base"),
  vad: { deps: "vad-deps" },
  haproxy: { debian: "debian" },
  redis: { debian: "debian" },
  postgres: { debian: "debian" },
};

describe("the image graph", () => {
  useProject();

  it("builds every service on the base stage for the CPU", async () => {
    expect(edges(await graph())).to.deep.equal(CPU);
  });

  it("builds tts on torch and stt on the CUDA libraries for CUDA", async () => {
    expect(edges(await graph({ accelerator: "cuda" }))).to.deep.equal({
      ...CPU,
      "cuda-deps": { base: "base", tools: "tools" },
      "torch-deps": { "cuda-deps": "cuda-deps", tools: "tools" },
      "tts-deps": deps("torch-deps"),
      "stt-deps": deps("cuda-deps"),
    });
  });

  it("has only the CUDA stages that a chosen service is built on", async () => {
    const stages = async (...services: string[]): Promise<string[]> => {
      const { all } = await graph({ accelerator: "cuda", services });
      return all.filter(({ type }) => type.endsWith(":CudaDepsStage")).map(({ name }) => name);
    };
    expect(await stages("llm", "vad")).to.deep.equal([]);
    expect(await stages("stt")).to.deep.equal(["cuda-deps"]);
    expect(await stages("tts")).to.have.members(["cuda-deps", "torch-deps"]);
  });

  it("uses the locks of the chosen CUDA version on CUDA stages only", async () => {
    const locks = async (cudaVersion: CudaVersion): Promise<unknown> => {
      const { all } = await graph({ accelerator: "cuda", cudaVersion });
      return Object.fromEntries(
        all
          .filter(({ inputs }) => typeof inputs["requirements"] === "string")
          .map(({ name, inputs }) => [name, inputs["requirements"]]),
      );
    };
    for (const version of CUDA_VERSIONS) {
      expect(await locks(version)).to.deep.equal({
        base: "requirements/base.txt",
        "core-deps": "requirements/core.txt",
        "llm-deps": "requirements/llm.txt",
        "vad-deps": "requirements/vad.txt",
        "cuda-deps": `requirements/cuda-${version}.txt`,
        "torch-deps": `requirements/torch-${version}.txt`,
        "tts-deps": `requirements/tts-${version}.txt`,
        "stt-deps": `requirements/stt-${version}.txt`,
      });
    }
  });

  it("builds only the stages that the chosen services need", async () => {
    expect(Object.keys(edges(await graph({ services: ["vad"] })))).to.have.members([
      "tools",
      "base",
      "vad-deps",
      "vad",
      "haproxy",
    ]);
  });

  it("is built on pinned upstream images if they are the base images", async () => {
    const registrations = await graph({}, UPSTREAM);
    expect(registrations.names("command")).to.deep.equal([]);
    for (const name of ["redis", "postgres"]) expect(registrations.names("image")).not.to.include(name);
    const debian = at(registrations.get("image", "base").inputs, "context.named.debian.location");
    expect(debian).to.equal(`docker-image://${UPSTREAM.images.debian}`);
  });

  it("installs the requirements and the Debian packages of the accelerator's variant", async () => {
    const dockerfile = async (accelerator: "cpu" | "cuda"): Promise<string> =>
      String(at((await graph({ accelerator })).get("image", "tts-deps").inputs, "dockerfile.inline"));
    expect(await dockerfile("cpu")).to.contain("espeak-ng");
    expect(await dockerfile("cuda")).not.to.contain("espeak-ng");
    const context = async (accelerator: "cpu" | "cuda"): Promise<unknown> =>
      at((await graph({ accelerator })).get("image", "tts-deps").inputs, "context.location");
    expect(await context("cpu")).not.to.equal(await context("cuda"));
  });

  it("registers the same stages in a preview, which has no digests", async () => {
    const preview = await graph({}, DEBIAN, { preview: true });
    expect(preview.names("image")).to.have.members(Object.keys(CPU));
  });

  it("is built after the Debian image, by the digest of its push", async () => {
    const registrations = await graph();
    const debian = registrations.get("command", "debian");
    expect(debian.inputs["environment"]).to.include({ MORGAN_IMAGE: "127.0.0.1:5101/morgan/images:debian.dev" });
    expect(registrations.get("image", "base").dependsOn).to.include("debian");
  });
});

import { expect } from "chai";
import { BackingImage } from "../../../../components/image/stages/backing-image.ts";
import { BaseStage } from "../../../../components/image/stages/base-stage.ts";
import { CudaDepsStage } from "../../../../components/image/stages/cuda-deps-stage.ts";
import { ServiceDepsStage } from "../../../../components/image/stages/service-deps-stage.ts";
import { ServiceImage } from "../../../../components/image/stages/service-image.ts";
import { ToolsStage } from "../../../../components/image/stages/tools-stage.ts";
import { buildSettings } from "../../support/build.ts";
import { DEBIAN, UPSTREAM } from "../../support/config.ts";
import { useProject } from "../../support/project.ts";
import { record } from "../../support/registrations.ts";
import { at, UNKNOWN } from "../../support/wire.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const parent = (name: string, letter: string): string => `registry.example.com:5000/m/${name}:dev@${digest(letter)}`;
const untagged = (name: string, letter: string): string =>
  `docker-image://registry.example.com:5000/m/${name}@${digest(letter)}`;

const build = buildSettings({ registry: { host: "registry.example.com:5000", project: "m" } });
const debian = parent("debian", "d");
const tools = parent("tools", "a");
const base = parent("base", "b");

interface Case {
  readonly stage: string;
  readonly name: string;
  readonly make: () => unknown;
  readonly named: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  {
    stage: "ToolsStage",
    name: "tools",
    make: () => new ToolsStage("tools", { uv: "uv", build }),
    named: {},
  },
  {
    stage: "BaseStage",
    name: "base",
    make: () => new BaseStage("base", { debian, tools, requirements: "requirements/base.txt", build }),
    named: { debian: untagged("debian", "d"), tools: untagged("tools", "a") },
  },
  {
    stage: "CudaDepsStage",
    name: "cuda-deps",
    make: () =>
      new CudaDepsStage("cuda-deps", { parent: base, tools, requirements: "requirements/cuda-12.4.txt", build }),
    named: { base: untagged("base", "b"), tools: untagged("tools", "a") },
  },
  {
    stage: "CudaDepsStage",
    name: "torch-deps",
    make: () =>
      new CudaDepsStage("torch-deps", {
        parent: parent("cuda-deps", "c"),
        tools,
        requirements: "requirements/torch-12.4.txt",
        build,
      }),
    named: { "cuda-deps": untagged("cuda-deps", "c"), tools: untagged("tools", "a") },
  },
  {
    stage: "ServiceDepsStage",
    name: "tts-deps",
    make: () =>
      new ServiceDepsStage("tts-deps", {
        baseStage: "base",
        parent: base,
        tools,
        requirements: "requirements/tts-cpu.txt",
        packages: ["espeak-ng"],
        build,
      }),
    named: { parent: untagged("base", "b"), tools: untagged("tools", "a") },
  },
  {
    stage: "ServiceImage",
    name: "tts",
    make: () =>
      new ServiceImage("tts", {
        deps: parent("tts-deps", "e"),
        sources: [{ from: "services/tts/morgan_tts", to: "morgan_tts" }],
        port: 8002,
        description: "Text to speech",
        build,
      }),
    named: { deps: untagged("tts-deps", "e") },
  },
  {
    stage: "BackingImage",
    name: "redis",
    make: () => new BackingImage("redis", { baseImages: DEBIAN, debian, build }),
    named: { debian: untagged("debian", "d") },
  },
];

describe("the stage component", () => {
  useProject();

  for (const { stage, name, make, named } of CASES) {
    for (const preview of [true, false]) {
      it(`${stage} ${name} is built on digests without tags in ${preview ? "a preview" : "an up"}`, async () => {
        const image = (await record(make, { preview })).get("image", name);
        const contexts = Object.entries(at(image.inputs, "context.named") ?? {});
        expect(Object.fromEntries(contexts.map(([key, value]) => [key, at(value, "location")]))).to.deep.equal(named);
      });
    }

    it(`${stage} ${name} builds one image in its own context, as its own child`, async () => {
      const registrations = await record(make);
      expect(registrations.names("image")).to.deep.equal([name]);
      const image = registrations.get("image", name);
      expect(image.parent).to.equal(name);
      expect(at(image.inputs, "context.location")).to.match(new RegExp(`^\\.morgan/contexts/${name}-[0-9a-f]{16}$`));
    });

    it(`${stage} ${name} returns the image's digest, which is unknown in a preview`, async () => {
      const reference = async (preview: boolean): Promise<unknown> =>
        at((await record(make, { preview })).component(stage).outputs, "reference");
      expect(await reference(false)).to.match(
        new RegExp(`^registry\\.example\\.com:5000/m/images:${name}\\.dev@sha256:[0-9a-f]{64}$`),
      );
      expect(await reference(true)).to.equal(UNKNOWN);
    });
  }

  for (const name of ["redis", "postgres"] as const) {
    it(`BackingImage uses the pinned upstream ${name} if base images come from a registry`, async () => {
      const registrations = await record(() => new BackingImage(name, { baseImages: UPSTREAM, debian, build }));
      expect(registrations.names("image")).to.deep.equal([]);
      expect(at(registrations.component("BackingImage").outputs, "reference")).to.equal(UPSTREAM.images[name]);
    });
  }

  it("BackingImage builds HAProxy from Debian's package for every source of base images", async () => {
    const registrations = await record(() => new BackingImage("haproxy", { baseImages: UPSTREAM, debian, build }));
    expect(registrations.names("image")).to.deep.equal(["haproxy"]);
  });
});

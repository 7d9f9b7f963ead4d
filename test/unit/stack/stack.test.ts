import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import {
  FACTS,
  fakeEngine,
  IDENTITY,
  NO_PROFILE,
  stackConfig,
  UPSTREAM,
  type ConfigChanges,
} from "../support/config.ts";
import { useLogs } from "../support/logs.ts";
import { planViolations } from "../support/plan.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";
import { at, texts, UNKNOWN, withoutSecrets } from "../support/wire.ts";

const up = (changes: ConfigChanges = {}, preview = false): Promise<Registrations> =>
  record(
    () =>
      new MorganStack("morgan", {
        config: stackConfig(changes),
        identity: IDENTITY,
        engine: fakeEngine(),
        facts: FACTS,
        gpuPlan: NO_GPU,
      }),
    {
      preview,
    },
  );

const SERVICES = ["core", "llm", "tts", "stt", "vad"];

describe("the stack", () => {
  useProject();
  const logs = useLogs();

  it("has its endpoint, its registry, and each service's image and health as outputs", async () => {
    const outputs = (await up()).component("MorganStack").outputs;
    expect(outputs).to.have.all.keys(
      "certificate",
      "endpoint",
      "engine",
      "images",
      "services",
      "registry",
      "baseImages",
      "release",
      "releases",
      "identity",
      "manifest",
      "secretDigests",
      "lastUp",
    );
    expect(at(outputs, "endpoint")).to.equal("http://127.0.0.1:8080");
    expect(at(outputs, "registry")).to.equal("127.0.0.1:5101/morgan");
    expect(at(outputs, "images")).to.have.all.keys(SERVICES);
    expect(at(outputs, "images.core.ref")).to.match(
      /^127\.0\.0\.1:5101\/morgan\/images:core\.dev@sha256:[0-9a-f]{64}$/,
    );
    expect(at(outputs, "images.core.digest")).to.equal(String(at(outputs, "images.core.ref")).split("@")[1]);
    expect(at(outputs, "images.core.size")).to.deep.equal({ compressed: 1_000_000, unpacked: 2_500_000 });
    expect(at(outputs, "services")).to.have.all.keys(SERVICES);
    expect(at(outputs, "services.core")).to.deep.equal({
      address: "http://gateway:8000",
      health: "healthy",
      device: "cpu",
    });
  });

  it("warns of a service that is not healthy although it has not changed, with the remedy", async () => {
    const engine = fakeEngine({ health: (id) => Promise.resolve(id === "llm-id" ? "unhealthy" : "healthy") });
    const done = await record(
      () =>
        new MorganStack("morgan", { config: stackConfig(), identity: IDENTITY, engine, facts: FACTS, gpuPlan: NO_GPU }),
    );
    expect(at(done.component("MorganStack").outputs, "services.llm.health")).to.equal("unhealthy");
    expect(logs.warn).to.have.length(1);
    expect(logs.warn[0]).to.include("llm is unhealthy").and.include("--refresh");
  });

  it("sends no request to the engine in a preview", async () => {
    const refuse = (): never => {
      throw new Error("asked");
    };
    const engine = fakeEngine({ health: refuse, imageSize: refuse, containers: refuse, run: refuse, exec: refuse });
    const preview = await record(
      () =>
        new MorganStack("morgan", { config: stackConfig(), identity: IDENTITY, engine, facts: FACTS, gpuPlan: NO_GPU }),
      {
        preview: true,
      },
    );
    expect(at(preview.component("MorganStack").outputs, "images")).to.equal(UNKNOWN);
  });

  const STACKS: Readonly<Record<string, ConfigChanges>> = {
    "runs on the CPU": {},
    "runs on GPUs": { accelerator: "cuda" },
    "builds on upstream images": { images: { base: UPSTREAM } },
    "enforces its size budgets": { images: { sizeBudgets: "enforce" } },
  };
  for (const [title, changes] of Object.entries(STACKS)) {
    it(`registers the same in a preview as in an up, so that a saved plan holds, if it ${title}`, async () => {
      const [preview, done] = [await up(changes, true), await up(changes)];
      expect(preview.all.length).to.be.greaterThan(SERVICES.length);
      expect(planViolations(preview, done)).to.deep.equal([]);
    });
  }

  it("runs a registry of its own, which starts before the first push", async () => {
    const registrations = await up();
    expect(registrations.get("container", "registry").inputs).to.have.property("wait", true);
    for (const image of registrations.of("image")) expect(image.dependsOn, image.name).to.include("registry");
    expect(registrations.get("command", "debian").dependsOn).to.include("registry");
  });

  it("pushes to the configured registry and runs none of its own, if a registry is configured", async () => {
    const registry = { kind: "remote", host: "harbor.example.com", project: "voice/morgan" } as const;
    const registrations = await up({ images: { registry } });
    expect(registrations.all.map(({ name }) => name)).not.to.include("registry");
    expect(registrations.get("image", "core").inputs["tags"]).to.deep.equal([
      "harbor.example.com/voice/morgan/images:core.dev",
    ]);
    expect(at(registrations.component("MorganStack").outputs, "registry")).to.equal("harbor.example.com/voice/morgan");
  });

  for (const [title, changes] of Object.entries(STACKS)) {
    it(`runs no image that anybody could put under its name into a public registry, if it ${title}`, async () => {
      for (const { name, inputs } of (await up(changes)).of("container")) {
        expect(inputs["image"], name).to.match(/@sha256:[0-9a-f]{64}$|^morgan\.invalid\//);
      }
    });
  }

  it("runs the images it built, by digest", async () => {
    const registrations = await up();
    for (const name of SERVICES) {
      expect(registrations.get("container", name).inputs["image"], name).to.equal(
        at(registrations.component("MorganStack").outputs, `images.${name}.ref`),
      );
    }
  });

  it("runs only the chosen services, with the backing services that they use", async () => {
    const registrations = await up({ services: ["llm", "vad"] });
    expect(registrations.names("container")).to.have.members(["registry", "gateway", "gateway-files", "llm", "vad"]);
    expect(registrations.names("volume")).to.have.members(["registry-data", "gateway-config"]);
  });

  it("builds the same Dockerfiles for every stack, so that a release can be promoted", async () => {
    const dockerfiles = ({ ...changes }: ConfigChanges): Promise<unknown[]> =>
      up(changes).then((found) => found.of("image").map(({ inputs }) => inputs["dockerfile"]));
    expect(await dockerfiles({ stack: "prod", data: { protect: true } })).to.deep.equal(await dockerfiles({}));
  });

  it("keeps a company's certificates and package sources in secrets of the builds", async () => {
    const pypi = {
      index: "https://pypi.example.com/simple",
      extraIndex: "",
      login: { user: "canary-user", password: pulumi.secret("canary-password") },
    };
    const registrations = await up({ network: { ...NO_PROFILE, certificates: "PEM", pypi } });
    for (const { name, inputs, wire } of registrations.of("image")) {
      expect(inputs["secrets"], name).to.deep.equal({
        ca: "PEM\n",
        "ca-2": "",
        "ca-3": "",
        "ca-4": "",
        "pypi-index": "morgan=https://pypi.example.com/simple",
        "pypi-user": "canary-user",
        "pypi-password": "canary-password",
      });
      expect(JSON.stringify({ ...inputs, secrets: {} }), name).not.to.contain("canary");
      expect(texts(withoutSecrets(wire)).join(), name).not.to.contain("canary-password");
    }
  });

  it("names every resource without the stack, so that two stacks have the same names", async () => {
    for (const { name } of (await up()).all)
      expect(name)
        .to.match(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
        .and.not.contain("dev");
  });

  it("makes every resource but itself and the provider of the builds a child of a component", async () => {
    const { all } = await up();
    const top = all.filter(({ parent }) => parent === "").map(({ name }) => name);
    expect(top).to.deep.equal(["morgan", "docker-build"]);
  });
});

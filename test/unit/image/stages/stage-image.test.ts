import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { toolsRecipe } from "../../../../components/dockerfile/recipes/tools.ts";
import {
  createStageImage,
  SOURCE_DATE_EPOCH,
  type BuildSettings,
} from "../../../../components/image/stages/stage-image.ts";
import { buildSettings } from "../../support/build.ts";
import { record, type Registered } from "../../support/registrations.ts";
import { at, secretPaths } from "../../support/wire.ts";

const build = buildSettings({
  registry: { host: "harbor.example.com", project: "voice/morgan" },
  tag: "prod",
  builder: "remote",
});

class Parent extends pulumi.ComponentResource {
  constructor(changes: Partial<BuildSettings> = {}, ready?: string, runs = true) {
    super("morgan:test:Parent", "parent");
    const waits = ready === undefined ? [] : [new docker.Volume(ready)];
    createStageImage(this, "tools", {
      dockerfile: toolsRecipe(),
      context: { location: ".morgan/contexts/tools-0123456789abcdef", digest: "0123456789abcdef0123", files: {} },
      images: { base: "harbor.example.com/m/base:prod@sha256:abc" },
      description: "Programs that builds mount",
      runs,
      build: { ...build, ...changes, ready: waits },
    });
  }
}

async function image(changes: Partial<BuildSettings> = {}, ready?: string): Promise<Registered> {
  return (await record(() => new Parent(changes, ready))).get("image", "tools");
}

describe("a stage's image", () => {
  it("is tagged with the stack's name, also in a preview", async () => {
    const registrations = await record(() => new Parent(), { preview: true });
    expect(registrations.get("image", "tools").wire)
      .to.have.property("tags")
      .that.deep.equals(["harbor.example.com/voice/morgan/images:tools.prod"]);
  });

  it("is built by the named builder through buildx, and never in a preview", async () => {
    const { inputs } = await image();
    expect(inputs).to.deep.include({ exec: true, builder: { name: "remote" }, buildOnPreview: false });
  });

  it("is pushed with zstd layers by its one export", async () => {
    const { inputs } = await image();
    expect(inputs["exports"]).to.have.length(1);
    expect(at(inputs, "exports.0.image")).to.include({ push: true, ociMediaTypes: true, compression: "zstd" });
    expect(inputs["push"], "a second export would be one too many").to.equal(false);
  });

  it("is loaded into the engine under its digest only if containers run it", async () => {
    expect(at((await image()).inputs, "exports.0.image"))
      .to.include({ nameCanonical: true })
      .and.not.have.property("store");
    const below = (await record(() => new Parent({}, undefined, false))).get("image", "tools");
    expect(at(below.inputs, "exports.0.image")).to.include({ push: true, store: false });
  });

  it("exports its cache beside the image in the format that Harbor accepts, and imports it", async () => {
    const { inputs } = await image();
    const ref = "harbor.example.com/voice/morgan/images:tools.prod-cache";
    expect(inputs["cacheFrom"]).to.deep.equal([{ registry: { ref } }]);
    expect(at(inputs, "cacheTo.0.registry")).to.deep.include({ ref, imageManifest: true, ociMediaTypes: true });
    expect(at(inputs, "cacheTo.0.registry.ignoreError"), "a registry may refuse it").to.equal(true);
    expect(at(inputs, "cacheTo.0.registry.compressionLevel"), "without it the compression does not count").to.equal(3);
    expect(at(inputs, "cacheTo.0.registry.forceCompression"), "another build may have the layer in gzip").to.equal(
      true,
    );
  });

  it("stays in the registry if its resource is deleted, since another stack may run the image", async () => {
    expect((await image()).retainOnDelete).to.equal(true);
  });

  it("is built after the registry that it is pushed to", async () => {
    expect((await image({}, "registry")).dependsOn).to.include("registry");
  });

  it("contains no time of its build", async () => {
    expect((await image()).inputs["buildArgs"]).to.deep.equal({ SOURCE_DATE_EPOCH });
  });

  it("has labels with its name, its description and its contents", async () => {
    expect((await image()).inputs["labels"]).to.deep.equal({
      "org.opencontainers.image.title": "tools",
      "org.opencontainers.image.description": "Programs that builds mount",
      "org.opencontainers.image.version": "0123456789ab",
    });
  });

  it("keeps secrets out of build arguments, labels and the Dockerfile", async () => {
    const { inputs, wire } = await image({ secrets: { "pypi-password": pulumi.secret("the password") } });
    expect(inputs["secrets"]).to.include({ "pypi-password": "the password" });
    expect(secretPaths(wire)).to.deep.equal(["secrets"]);
    expect(JSON.stringify({ ...inputs, secrets: {} })).not.to.contain("the password");
  });

  it("always has the secrets of certificates, which a provider leaves out of its comparison", async () => {
    const names = ["ca", "ca-2", "ca-3", "ca-4"];
    for (const certificates of ["", "the certificates"]) {
      const { inputs } = await image({ certificates });
      expect(inputs["secrets"]).to.have.all.keys(names);
      expect(inputs["ignoreSecretsInDiffCalculation"]).to.deep.equal(names);
      expect(JSON.stringify({ ...inputs, secrets: {} })).not.to.contain("the certificates");
    }
    expect((await image({ certificates: "PEM" })).inputs["secrets"]).to.include({ ca: "PEM\n" });
  });
});

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { readConfig } from "../../../components/config/config.ts";
import { DEFAULT_HOST } from "../../../toolchain/lib/engine-host.mjs";
import { testCatalog } from "../support/catalog.ts";
import { makeKeyPair } from "../support/key-pair.ts";
import { useFolder } from "../support/project.ts";

const SET = [
  "MORGAN_UV",
  "MORGAN_CACHE",
  "MORGAN_BASE_IMAGES",
  "DOCKER_CONFIG",
  "DOCKER_CONTEXT",
  "DOCKER_HOST",
  "XDG_CACHE_HOME",
  "PULUMI_CONFIG_SECRET_KEYS",
] as const;

describe("the configuration of a stack", () => {
  const project = useFolder();
  const environment = new Map(SET.map((name) => [name, process.env[name]]));
  beforeEach(async () => {
    for (const name of SET) Reflect.deleteProperty(process.env, name);
    const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
    await pulumi.runtime.setMocks(mocks, "morgan", "staging", false, "organization");
  });
  after(() => {
    pulumi.runtime.setAllConfig({});
    for (const [name, value] of environment) if (value !== undefined) process.env[name] = value;
  });
  const read = (values: Readonly<Record<string, string>> = {}): ReturnType<typeof readConfig> => {
    const config = { gatewayPort: "8080", registryPort: "5101", ...values };
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`morgan:${key}`, value])),
    );
    return readConfig(testCatalog);
  };

  it("is read from Pulumi, with the stack's own name", () => {
    const { config, problems } = read({ services: '["vad","llm"]', accelerator: "cuda" });
    expect(problems).to.deep.equal([]);
    expect(config).to.include({ stack: "staging", fullName: "organization/morgan/staging", accelerator: "cuda" });
    expect(config.services.map(({ name }) => name)).to.deep.equal(["llm", "vad"]);
  });

  it("takes Docker Hub by the host that refs have, and an account of it", () => {
    expect(read({ registry: "docker.io/me" }).problems).to.deep.equal([]);
    for (const registry of ["index.docker.io/me", "docker.io/me/voice"]) {
      const [problem] = read({ registry }).problems;
      expect(problem).to.include({ key: "morgan:registry", found: `"${registry}"` });
      expect(problem?.expected).to.include("docker.io/account");
    }
  });

  for (const [name, isTaken] of [
    ["dev-cache", true],
    ["dev-r0a1b2c3d", true],
    ["cache", false],
    ["dev-caches", false],
    ["dev-r0a1b2c3", false],
  ] as const) {
    it(`${isTaken ? "refuses" : "accepts"} the name ${name} for a stack in a registry that others may share`, async () => {
      const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
      await pulumi.runtime.setMocks(mocks, "morgan", name, false, "organization");
      const keys = read({ registry: "harbor.example.com/team" }).problems.map(({ key }) => key);
      expect(keys).to.deep.equal(isTaken ? ["name of the stack"] : []);
      expect(read().problems, "in a registry of its own").to.deep.equal([]);
    });
  }

  it("takes uv and the engine's address from the environment", () => {
    process.env["DOCKER_CONFIG"] = project.folder;
    expect(read().config).to.deep.include({ machine: { ...read().config.machine, uv: "" } });
    expect(read().config.engine.host).to.equal(DEFAULT_HOST);
    process.env["MORGAN_UV"] = "/opt/uv";
    process.env["DOCKER_HOST"] = "tcp://gpu:2375";
    expect(read().config.machine.uv).to.equal("/opt/uv");
    expect(read().config.engine.host).to.equal("tcp://gpu:2375");
  });

  it("takes the base images from the source that set-up found, unless morgan:baseImages names another", () => {
    process.env["MORGAN_BASE_IMAGES"] = "debian";
    expect(read().config.images.base.kind).to.equal("debian");
    expect(read({ baseImages: "registry" }).config.images.base.kind).to.equal("registry");
    Reflect.deleteProperty(process.env, "MORGAN_BASE_IMAGES");
    expect(read().config.images.base.kind).to.equal("registry");
  });

  it("takes the cache folder from set-up, or from where set-up would put it", () => {
    process.env["XDG_CACHE_HOME"] = "/var/cache";
    expect(read().config.machine.cache).to.equal("/var/cache/morgan");
    process.env["MORGAN_CACHE"] = "/srv/morgan";
    expect(read().config.machine.cache).to.equal("/srv/morgan");
  });

  it("refuses a bundle of certificates that is too large for a build", () => {
    const { certificate } = makeKeyPair();
    const one = (name: string): string => `${certificate}${name.repeat(60_000)}\n`;
    project.write("large.pem", Array.from("abcdefgh", one).join(""));
    const { config, problems } = read({ caBundle: "large.pem" });
    expect(problems.map(({ key }) => key)).to.deep.equal(["morgan:caBundle"]);
    expect(config.network.certificates).to.equal("");
    project.write("fitting.pem", Array.from("abcd", one).join(""));
    expect(read({ caBundle: "fitting.pem" }).problems).to.deep.equal([]);
  });

  it("reads a bundle of certificates, and reports a bundle that cannot be read", () => {
    const { certificate } = makeKeyPair();
    project.write("ca.pem", certificate);
    expect(read({ caBundle: "ca.pem" }).config.network.certificates).to.equal(certificate);
    const [problem, ...others] = read({ caBundle: "missing.pem" }).problems;
    expect(problem).to.include({ key: "morgan:caBundle", found: 'nothing readable at "missing.pem"' });
    expect(others).to.deep.equal([]);
  });

  it("keeps the token of the gateway a secret", async () => {
    expect(read().config.gateway.token).to.equal(undefined);
    const { config, problems } = read({ apiToken: "0123456789abcdefXY-._~+/==" });
    expect(problems).to.deep.equal([]);
    expect(config.gateway.token === undefined ? undefined : await pulumi.isSecret(config.gateway.token)).to.equal(true);
  });

  for (const [text, token] of [
    ["is empty", ""],
    ["is short", "short"],
    ["is longer than 500 characters", "a".repeat(501)],
    ["contains a space", `${"a".repeat(30)} b`],
    ["ends with a line break", `${"a".repeat(30)}\n`],
    ["is in quotes", `"${"a".repeat(30)}"`],
  ] as const) {
    it(`refuses a token of the gateway that ${text}, and does not quote the token`, () => {
      const { config, problems } = read({ apiToken: token });
      expect(problems.map(({ key }) => key)).to.deep.equal(["morgan:apiToken"]);
      if (token !== "") expect(JSON.stringify(problems)).not.to.contain(token);
      expect(config.gateway.token).to.equal(undefined);
    });
  }

  it("reads the gateway's certificate and key, and reports each file that cannot be read", () => {
    expect(read().config.gateway.tls).to.equal(undefined);
    const pair = makeKeyPair();
    project.write("tls/crt.pem", pair.certificate);
    project.write("tls/key.pem", pair.key);
    const both = { tlsCertificate: "tls/crt.pem", tlsKey: "tls/key.pem" };
    expect(read(both).problems).to.deep.equal([]);
    expect(read(both).config.gateway.tls).to.deep.equal(pair);
    const missing = read({ tlsCertificate: "nowhere.pem", tlsKey: "gone.pem" });
    expect(missing.problems.map(({ key, found }) => [key, found])).to.deep.equal([
      ["morgan:tlsCertificate", 'nothing readable at "nowhere.pem"'],
      ["morgan:tlsKey", 'nothing readable at "gone.pem"'],
    ]);
    const swapped = read({ tlsCertificate: "tls/key.pem", tlsKey: "tls/crt.pem" });
    expect(swapped.problems.map(({ key }) => key)).to.deep.equal(["morgan:tlsCertificate", "morgan:tlsKey"]);
  });

  it("collects the network in one profile, with every password as a secret", async () => {
    const { config, problems } = read({
      registry: "harbor.example.com/team",
      registryUser: "ci",
      registryPassword: "p1",
      pypiIndex: "https://pypi.example.com/simple",
      pypiUser: "ci",
      pypiPassword: "p2",
    });
    expect(problems).to.deep.equal([]);
    const { registry, pypi, apt } = config.network;
    expect([registry?.user, pypi.login?.user, apt.login]).to.deep.equal(["ci", "ci", undefined]);
    for (const login of [registry, pypi.login]) {
      expect(login === undefined ? undefined : await pulumi.isSecret(login.password)).to.equal(true);
    }
    const halves = read({ registry: "harbor.example.com/team", registryUser: "ci", aptPassword: "p" }).problems;
    expect(halves.map(({ key }) => key)).to.deep.equal(["morgan:registryPassword", "morgan:aptUser"]);
  });

  it("refuses a secret that Pulumi keeps in plain text, whichever it is", () => {
    const values = {
      registry: "harbor.example.com/team",
      registryUser: "ci",
      registryPassword: "canary",
      llmEndpoint: "https://llm.example.com/v1",
      llmApiKey: "canary",
      apiToken: "canary-0123456789-abcdefghijkl",
    };
    process.env["PULUMI_CONFIG_SECRET_KEYS"] = "[]";
    const { problems } = read(values);
    expect(problems.map(({ key }) => key)).to.have.members(
      ["registryPassword", "llmApiKey", "apiToken"].map((key) => `morgan:${key}`),
    );
    expect(JSON.stringify(problems)).not.to.contain("canary");
    process.env["PULUMI_CONFIG_SECRET_KEYS"] = '["morgan:registryPassword","morgan:llmApiKey","morgan:apiToken"]';
    expect(read(values).problems).to.deep.equal([]);
  });

  it("refuses a key that no section reads", () => {
    expect(read({ apitoken: "canary" }).problems.map(({ key }) => key)).to.deep.equal(["morgan:apitoken"]);
  });

  it("keeps the language model's key a secret, and needs none", async () => {
    expect(read().config.llm.apiKey).to.equal(undefined);
    const key = read({ llmApiKey: "sk-1", llmEndpoint: "https://llm.example.com/v1" }).config.llm.apiKey;
    expect(key === undefined ? undefined : await pulumi.isSecret(key)).to.equal(true);
  });
});

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ENGINE_VARIABLES, engineAddress, engineVariables } from "../../../toolchain/lib/engine-address.mjs";
import { AddressError, DEFAULT_HOST } from "../../../toolchain/lib/engine-host.mjs";
import { environment } from "../../../toolchain/lib/environment.mjs";
import { useFolder } from "../support/project.ts";

const TLS_FILES = ["ca.pem", "cert.pem", "key.pem"];

describe("the address of the engine", () => {
  const project = useFolder();
  let client = "";
  before(() => {
    client = join(project.folder, "docker");
    mkdirSync(client, { recursive: true });
    context("gpu-box", { Host: "tcp://gpu:2375" });
    context("secure", { Host: "tcp://gpu:2376" }, TLS_FILES);
    context("half", { Host: "tcp://gpu:2376" }, ["ca.pem"]);
    context("blind", { Host: "tcp://gpu:2376", SkipTLSVerify: true }, TLS_FILES);
  });

  const context = (name: string, docker: object, files: readonly string[] = []): void => {
    const id = createHash("sha256").update(name).digest("hex");
    const meta = join(client, "contexts/meta", id);
    mkdirSync(meta, { recursive: true });
    writeFileSync(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker } }));
    const tls = join(client, "contexts/tls", id, "docker");
    for (const file of files) {
      mkdirSync(tls, { recursive: true });
      writeFileSync(join(tls, file), "");
    }
  };
  const choose = (text: string): void => {
    writeFileSync(join(client, "config.json"), text);
  };
  afterEach(() => {
    choose("{}");
  });
  const env = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ DOCKER_CONFIG: client, ...variables });
  const host = (variables: NodeJS.ProcessEnv = {}): string => engineAddress(env(variables)).host;
  const failure = (variables: NodeJS.ProcessEnv): string => {
    try {
      return `no error, but ${host(variables)}`;
    } catch (error) {
      if (error instanceof AddressError) return error.message;
      throw error;
    }
  };
  const tlsFolder = (name: string): string =>
    join(client, "contexts/tls", createHash("sha256").update(name).digest("hex"), "docker");

  it("is DOCKER_HOST, else DOCKER_CONTEXT, else the chosen context, else the default socket", () => {
    expect(host()).to.equal(DEFAULT_HOST);
    choose('{"currentContext":"gpu-box"}');
    expect(host()).to.equal("tcp://gpu:2375");
    expect(host({ DOCKER_CONTEXT: "secure" })).to.equal("tcp://gpu:2376");
    expect(host({ DOCKER_CONTEXT: "default" })).to.equal(DEFAULT_HOST);
    expect(host({ DOCKER_CONTEXT: "secure", DOCKER_HOST: "unix:///run/a.sock" })).to.equal("unix:///run/a.sock");
  });

  it("takes an empty variable as unset", () => {
    choose('{"currentContext":"gpu-box"}');
    expect(host({ DOCKER_HOST: "", DOCKER_CONTEXT: "" })).to.equal("tcp://gpu:2375");
  });

  it("finds the client's folder in the home if DOCKER_CONFIG names none", () => {
    mkdirSync(join(project.folder, ".docker"), { recursive: true });
    writeFileSync(join(project.folder, ".docker/config.json"), '{"currentContext":"elsewhere"}');
    const message = (): unknown => engineAddress({ HOME: project.folder, DOCKER_CONFIG: "" });
    expect(message).to.throw(AddressError, 'no context "elsewhere"');
  });

  for (const [text, expected] of [
    ["127.0.0.1:2375", "tcp://127.0.0.1:2375"],
    ["gpu-box", "tcp://gpu-box:2375"],
    ["http://gpu:80", "tcp://gpu:80"],
    ["tcp://[::1]:2375", "tcp://[::1]:2375"],
    ["[::1]:2375", "tcp://[::1]:2375"],
    ["ssh://ada@gpu:22", "ssh://ada@gpu:22"],
    ["npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine"],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(host({ DOCKER_HOST: text })).to.equal(expected);
    });
  }

  for (const text of [
    "unix://run/docker.sock",
    "fd://",
    "ftp://gpu:21",
    "tcp://",
    "tcp://gpu:port",
    "tcp://gpu:2375/path",
    "tcp://ada@gpu:2375",
    "ssh://ada:secret@gpu",
    ":2375",
    "a b",
  ]) {
    it(`refuses ${JSON.stringify(text)} with the forms that an address may have`, () => {
      expect(failure({ DOCKER_HOST: text }))
        .to.contain("DOCKER_HOST")
        .and.to.contain(JSON.stringify(text))
        .and.to.contain("unix:///path")
        .and.to.contain("ssh://user@host");
    });
  }

  it("has the certificates of TLS, and refuses TLS without them", () => {
    const complete = tlsFolder("secure");
    const variables = { DOCKER_HOST: "tcp://gpu", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: complete };
    expect(engineAddress(env(variables))).to.include({ host: "tcp://gpu:2376", certificates: complete });
    expect(engineAddress(env({ DOCKER_HOST: "https://gpu:443", DOCKER_CERT_PATH: complete }))).to.include({
      host: "tcp://gpu:443",
      certificates: complete,
    });
    expect(failure({ DOCKER_HOST: "https://gpu:2376" }))
      .to.contain(client)
      .and.to.contain("no key.pem");
    expect(engineAddress(env({ DOCKER_CONTEXT: "secure" }))).to.include({ certificates: complete });
    expect(failure({ DOCKER_CONTEXT: "half" })).to.contain("no cert.pem, no key.pem");
    expect(failure({ DOCKER_CONTEXT: "blind" })).to.contain("skip-tls-verify");
  });

  it("names a context that the client does not have, and a configuration that is no JSON", () => {
    expect(failure({ DOCKER_CONTEXT: "missing" }))
      .to.contain("DOCKER_CONTEXT")
      .and.to.contain('no context "missing"');
    choose("{");
    expect(failure({})).to.contain(join(client, "config.json"));
  });

  describe("as variables", () => {
    const variables = (given: NodeJS.ProcessEnv): Record<string, string> => engineVariables(env(given));

    it("leaves the default socket unnamed", () => {
      expect(variables({})).to.deep.equal({});
      expect(variables({ DOCKER_CONTEXT: "default", DOCKER_CERT_PATH: "/certs" })).to.deep.equal({
        DOCKER_CONTEXT: "",
        DOCKER_CERT_PATH: "",
      });
    });

    it("turns a context into a host, with its certificates", () => {
      expect(variables({ DOCKER_CONTEXT: "secure" })).to.deep.equal({
        DOCKER_HOST: "tcp://gpu:2376",
        DOCKER_CONTEXT: "",
        DOCKER_TLS_VERIFY: "1",
        DOCKER_CERT_PATH: tlsFolder("secure"),
      });
    });

    it("turns TLS off for every program if the engine has none", () => {
      const given = { DOCKER_CONTEXT: "gpu-box", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
      expect(variables(given)).to.include({ DOCKER_TLS_VERIFY: "", DOCKER_CERT_PATH: "" });
    });

    it("changes nothing a second time", () => {
      for (const given of [{ DOCKER_CONTEXT: "secure" }, { DOCKER_HOST: "127.0.0.1:2375", DOCKER_CONTEXT: "gpu-box" }])
        expect(variables({ ...given, ...variables(given) })).to.deep.equal({});
    });

    it("sets no other variables than the list names", () => {
      const given = { DOCKER_CONTEXT: "secure", DOCKER_TLS: "1" };
      expect(ENGINE_VARIABLES).to.have.members(Object.keys(variables(given)));
    });

    it("are part of a run's environment; a wrong address is left to set-up, which reports it", () => {
      const of = (given: NodeJS.ProcessEnv): Record<string, string> =>
        environment({ root: project.folder, env: env({ HOME: project.folder, PATH: "/usr/bin", ...given }) });
      expect(of({ DOCKER_CONTEXT: "gpu-box" })).to.include({ DOCKER_HOST: "tcp://gpu:2375", DOCKER_CONTEXT: "" });
      expect(of({ DOCKER_HOST: "ftp://gpu" })).not.to.have.any.keys(ENGINE_VARIABLES);
    });
  });
});

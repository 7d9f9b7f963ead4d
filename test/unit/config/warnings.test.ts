import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { checkTexts } from "../support/config.ts";
import { makeKeyPair } from "../support/key-pair.ts";

const PORTS: Readonly<Record<string, string>> = { gatewayPort: "8080", registryPort: "5101" };

/** A certificate and its key. */
const pem = Object.values(makeKeyPair()).join("");

/** The warnings of a configuration without problems. */
function warnings(values: Readonly<Record<string, string>>, secret?: string): readonly string[] {
  const lookup = (key: string): string | undefined => ({ ...PORTS, ...values })[key];
  const { problems, warnings: found } = checkTexts(lookup, {
    secret: (key) => (key === secret ? pulumi.secret("token") : undefined),
    readText: () => pem,
  });
  expect(problems).to.deep.equal([]);
  return found;
}

describe("a gateway that others reach", () => {
  const TLS = { tlsCertificate: "tls.pem", tlsKey: "tls.pem" };
  const at = { gatewayAddress: "0.0.0.0" };

  it("causes a warning for each protection that it lacks", () => {
    for (const gatewayAddress of ["0.0.0.0", "10.0.0.7", "192.168.1.2"]) {
      const [both, ...others] = warnings({ gatewayAddress });
      expect(both).to.contain(gatewayAddress).and.contain("morgan:apiToken").and.contain("morgan:tlsCertificate");
      expect(others).to.deep.equal([]);
    }
    expect(warnings({ ...at, ...TLS }).join())
      .to.contain("apiToken")
      .and.not.contain("tlsCertificate");
    expect(warnings(at, "apiToken").join()).to.contain("tlsCertificate").and.not.contain("apiToken");
    expect(warnings({ ...at, ...TLS }, "apiToken")).to.deep.equal([]);
  });

  it("is not one on a loopback address", () => {
    expect(warnings({})).to.deep.equal([]);
    expect(warnings({ gatewayAddress: "127.8.0.1" })).to.deep.equal([]);
  });
});

describe("a choice of services without the published one", () => {
  it("causes a warning that names the service behind the published port, and those that nobody reaches", () => {
    const [warning, ...others] = warnings({ services: '["vad","llm"]' });
    expect(warning).to.match(/no core: the published port leads to llm, .* reaches vad$/);
    expect(others).to.deep.equal([]);
    expect(warnings({ services: '["vad"]' }).join()).to.match(/leads to vad$/);
    expect(warnings({ services: '["core","llm","tts","stt","vad"]' })).to.deep.equal([]);
  });
});

describe("a token for the model hub", () => {
  it("causes a warning if no service downloads a model", () => {
    const [warning, ...others] = warnings({ accelerator: "cuda", models: '{"stt":"/srv/whisper"}' }, "hubToken");
    expect(warning).to.equal("morgan:hubToken has no effect: morgan:models names no model of the model hub");
    expect(others).to.deep.equal([]);
    expect(warnings({ accelerator: "cuda", models: '{"stt":"org/whisper"}' }, "hubToken")).to.deep.equal([]);
  });
});

describe("a key that has no effect", () => {
  const cuda = { accelerator: "cuda" };
  const model = { models: '{"stt":"org/whisper"}' };
  const redis = `{"redis":"redis@sha256:${"0".repeat(64)}"}`;
  const cases: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
    ["models", model, cuda],
    ["modelsOffline", { modelsOffline: "true" }, cuda],
    ["gpuDevices", { gpuDevices: '["0"]' }, cuda],
    ["gpuCards", { gpuCards: '{"0":"24 GiB"}' }, cuda],
    ["hubEndpoint", { hubEndpoint: "https://hub.example.com" }, { ...cuda, ...model }],
    ["noProxy", { noProxy: '["localhost"]' }, { proxy: "http://proxy.example.com" }],
    ["promoteUncommitted", { promoteUncommitted: "true" }, { promoteFrom: "dev" }],
    ["upstreamImages", { upstreamImages: redis, baseImages: "debian" }, { baseImages: "registry" }],
    [
      "adoptVolumes.postgres-dta",
      { adoptVolumes: '{"postgres-dta":"old"}' },
      { adoptVolumes: '{"postgres-data":"old"}' },
    ],
    ["llmEndpoint", { llmEndpoint: "https://llm.example.com/v1", services: '["vad"]' }, { services: "[]" }],
    ["models.stt", { ...cuda, ...model, services: '["vad"]' }, { services: "[]" }],
  ];
  for (const [key, values, effective] of cases) {
    it(`causes a warning: ${key}`, () => {
      const about = (found: readonly string[]): string[] => found.filter((text) => text.includes("has no effect"));
      expect(about(warnings(values)).map((text) => text.split(" ")[0])).to.deep.equal([`morgan:${key}`]);
      expect(about(warnings({ ...values, ...effective }))).to.deep.equal([]);
    });
  }
});

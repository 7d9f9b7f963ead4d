import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import type { ConfigSources, Values } from "../../../components/config/sources.ts";
import type { CheckedConfig, MorganConfig } from "../../../components/config/config.ts";
import { formatProblems } from "../../../components/lib/errors.ts";
import { isPinned } from "../../../components/lib/image-reference.ts";
import { makeKeyPair } from "../../unit/support/key-pair.ts";
import { checkTexts } from "../../unit/support/config.ts";
import { testCatalog } from "../../unit/support/catalog.ts";

const pem = Object.values(makeKeyPair()).join("");
const tls = { certificate: pem, key: pem };
const names = Object.keys(testCatalog);
/** Checks texts. Every file holds a certificate and its key, and every user has a password. */
const parse = (values: Readonly<Record<string, string>>): CheckedConfig => {
  const lookup: Values = (key) => (Object.hasOwn(values, key) ? values[key] : undefined);
  const secret: ConfigSources["secret"] = (key) =>
    lookup(key.replace("Password", "User")) === undefined ? undefined : pulumi.secret("password");
  return checkTexts(lookup, { secret, readText: () => pem });
};

const port = fc.integer({ min: 1, max: 65_535 });
const url = fc.constantFrom("", "http://mirror.example.com/debian", "https://pypi.example.com:8443/simple/");
const pinned = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `registry.example.com/image@sha256:${hex}`);

/** Configurations that hold: any choice of services that have what they call, and any value of every other key. */
const valid = fc
  .record({
    accelerator: fc.constantFrom("cpu", "cuda"),
    cudaVersion: fc.constantFrom("12.4", "12.8"),
    gpu: fc.constantFrom("", "preferred", "off"),
    gpuMode: fc.constantFrom("cdi", "nvidia", "runtime"),
    gpuDevices: fc.subarray(["0", "0:1", "GPU-0b5e", "MIG-1c"]).map((devices) => JSON.stringify(devices)),
    gpuCards: fc
      .dictionary(fc.constantFrom("0", "GPU-0b5e"), fc.constantFrom("24 GiB", "8192 MiB", "1.5 GiB"))
      .map((sizes) => JSON.stringify(sizes)),
    models: fc
      .dictionary(
        fc.constantFrom("tts", "stt"),
        fc.constantFrom("/srv/models", "/srv/my models", "org/name", "org/name@v1.2"),
      )
      .map((models) => JSON.stringify(models)),
    modelsOffline: fc.constantFrom("true", "false"),
    services: fc
      .subarray(["llm", "tts", "stt", "vad"])
      .map((chosen) => JSON.stringify(chosen.length === 4 ? names : chosen)),
    gatewayAddress: fc.ipV4(),
    pair: fc.constantFrom("", "tls/gateway.pem"),
    bodyLimit: fc.constantFrom("1 MiB", "10 MiB", "12.5 MiB", "64 MiB"),
    rateLimit: fc.nat({ max: 1_000_000 }).map(String),
    ports: fc.uniqueArray(port, { minLength: 2, maxLength: 2 }),
    registry: fc.constantFrom("local", "harbor.example.com/voice/morgan", "localhost:5000/m"),
    builder: fc.constantFrom("default", "remote"),
    baseImages: fc.constantFrom("", "debian", "registry"),
    baseRevision: fc.constantFrom("2026-01-01", ""),
    upstreamImages: fc
      .dictionary(fc.constantFrom("debian", "registry", "redis", "postgres"), pinned)
      .map((images) => JSON.stringify(images)),
    protectData: fc.constantFrom("true", "false"),
    minReady: fc.constantFrom("0 s", "500 ms", "1.5 min"),
    passwordRevision: fc.string(),
    sizeBudgets: fc.constantFrom("enforce", "warn"),
    gatewayName: fc.constantFrom("", "morgan.example.com", "box-1", "10.0.0.7"),
    pypiIndex: url,
    pypiExtraIndex: url,
    aptMirror: url,
    proxy: url,
    noProxy: fc.subarray(["localhost", ".example.com", "10.0.0.0/8", "*"]).map((hosts) => JSON.stringify(hosts)),
    llm: fc.constantFrom(["", ""], ["http://llm.example.com/v1", ""], ["http://host.docker.internal:11434/v1", "a:b"]),
  })
  .map(({ ports: [gatewayPort = 0, registryPort = 0], llm: [llmEndpoint = "", llmModel = ""], pair, ...rest }) => ({
    ...rest,
    llmEndpoint,
    llmModel,
    tlsCertificate: pair,
    tlsKey: pair,
    gatewayPort: String(gatewayPort),
    registryPort: String(registryPort),
  }));

/** For each key a text that is wrong, and what of it the problem has to show. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  accelerator: ["gpu", "CPU", ""],
  cudaVersion: ["12.5", "12", "latest", ""],
  gpu: ["always", "none", "required"],
  gpuMode: ["auto", "CDI", ""],
  gpuDevices: ["0", '["all devices"]', '["0","0"]', '[""]', "[0]", '["-1"]', '["0,1"]'],
  gpuCards: ["[]", '{"0":24}', '{"0":"24 GB"}', '{"0":"0 GiB"}', '{"":"24 GiB"}', '{"a b":"24 GiB"}'],
  models: [
    '"/srv"',
    '{"vad":"/srv/models"}',
    '{"tts":"models"}',
    '{"tts":5}',
    '{"stt":"/a:b"}',
    '{"stt":"./whisper"}',
    '{"nobody":"org/name"}',
  ],
  modelsOffline: ["yes"],
  services: [
    '["core","vda"]',
    '[""]',
    '["core"]',
    "core",
    "{}",
    "5",
    '"core"',
    "[1]",
    '[["core"]]',
    '["vad","llm","vad"]',
  ],
  gatewayAddress: ["localhost", "::1", "127.0.0", "256.0.0.1", "999.1.1.1", "127.0.0.1 ", ""],
  gatewayName: ["https://morgan.example.com", "morgan:443", "-box", "a_b", "a..b", "box ", "box/path"],
  gatewayPort: [
    "0",
    "65536",
    "-1",
    "80.5",
    "http",
    "",
    " ",
    "0x1F90",
    "8e3",
    " 8080 ",
    "08080",
    "+8080",
    "8080.0",
    "8_080",
  ],
  bodyLimit: ["0.5 MiB", "65 MiB", "1 GiB", "10", "10MiB", "10 MB", "-1 MiB", ""],
  rateLimit: ["-1", "1.5", "1000001", "1e3", "many", "", " 1", "007", "0x10"],
  registryPort: ["0", "65536", "x"],
  registry: ["", "morgan", "https://harbor.example.com/m", "harbor.example.com", "Harbor.example.com/m"],
  baseImages: ["alpine", "Debian"],
  upstreamImages: ["[", "5", '"debian"', '{"debian":"debian:12"}', '{"redis":7}', '{"alpine":"a@sha256:0"}', '["a"]'],
  protectData: ["yes", "1", ""],
  minReady: ["5", "5s", "-1 s", "five s", "5 h", "", "1e3 s", "5  s", "61 min", "3600001 ms", "999999999 min", "05 s"],
  sizeBudgets: ["off", "true", ""],
  pypiIndex: ["pypi.example.com", "ftp://pypi.example.com", "https://"],
  pypiExtraIndex: ["pypi.example.com"],
  pypiUser: ["somebody"],
  aptUser: ["somebody"],
  registryUser: ["somebody"],
  proxy: ["socks5://proxy.example.com"],
  noProxy: ['["https://a.example.com"]', "localhost", '["a b"]'],
  aptMirror: ["file:///mirror", "http://apt.example.com/ main\ndeb http://evil.example.com"],
  llmEndpoint: ["llm:8000/v1", "javascript:alert(1)", "http://localhost:8000/v1", "https://llm.example.com/v1?a=b"],
  builder: ["", "--push", "a b", "a/b"],
};

const wrongKeys = fc.uniqueArray(fc.constantFrom(...Object.keys(WRONG)), { minLength: 1 });
const base = { gatewayPort: "8080", registryPort: "5101" };

const addressesOf = ({ network, llm }: MorganConfig): string[] => [
  network.apt.mirror,
  network.pypi.index,
  network.pypi.extraIndex,
  network.proxy.url,
  llm.endpoint,
];

/** The key that a problem is about: "morgan:upstreamImages.redis" is about upstreamImages. */
const about = (key: string): string => key.replace(/^morgan:/, "").replace(/\..*$/, "");

describe("a configuration", () => {
  it("that is valid has no problem, and has the given values", () => {
    fc.assert(
      fc.property(valid, (config) => {
        const { config: values, problems } = parse(config);
        expect(problems).to.deep.equal([]);
        expect(values.gateway).to.deep.equal({
          address: config.gatewayAddress,
          name: config.gatewayName,
          port: Number(config.gatewayPort),
          tls: config.tlsCertificate === "" ? undefined : tls,
          token: undefined,
          bodyLimit: Number(config.bodyLimit.split(" ")[0]) * 1_048_576,
          rateLimit: Number(config.rateLimit),
        });
        expect(values.accelerator).to.equal(config.accelerator);
        expect(values.data.protect).to.equal(config.protectData === "true");
        expect(values.release.minReady).to.equal(config.minReady);
        expect(values.images.sizeBudgets).to.equal(config.sizeBudgets);
        expect(values.images.base.kind).to.equal(config.baseImages === "" ? "debian" : config.baseImages);
        const chosen = JSON.parse(config.services) as string[];
        expect(values.services.map(({ name }) => name)).to.have.members(chosen.length === 0 ? names : chosen);
      }),
    );
  });

  it("never makes the program throw", () => {
    const text = fc.option(
      fc.oneof(fc.string(), fc.json(), fc.constantFrom("__proto__", "null", "[null]", '{"__proto__":1}')),
      {
        nil: undefined,
      },
    );
    fc.assert(
      fc.property(fc.func(text), (values) => {
        const { problems } = checkTexts(values);
        for (const { key, expected, found, fix } of problems) {
          expect(key).to.match(/^morgan:/);
          expect([expected, found, fix]).not.to.include("");
        }
        expect(formatProblems(problems)).to.be.a("string");
      }),
    );
  });

  for (const [key, texts] of Object.entries(WRONG)) {
    for (const text of texts) {
      it(`whose ${key} is ${JSON.stringify(text)} has a problem that names the key`, () => {
        const { problems } = parse({ ...base, [key]: text });
        expect(problems.map((problem) => about(problem.key))).to.include(key);
        expect(new Set(problems.map((problem) => about(problem.key)))).to.have.property("size", 1);
        expect(problems.map(({ found }) => found)).not.to.include("");
      });
    }
  }

  it("has all its problems at once", () => {
    fc.assert(
      fc.property(wrongKeys, fc.nat(), (keys, index) => {
        const wrong = keys.map((key): [string, string] => [key, WRONG[key]?.[index % WRONG[key].length] ?? ""]);
        // Another registry than the stack's own has no port that could be wrong.
        const values = { ...base, ...Object.fromEntries(wrong) };
        expect(parse(values).problems.map(({ key }) => about(key))).to.include.members(keys);
      }),
    );
  });

  it("that is wrong results in harmless values", () => {
    fc.assert(
      fc.property(wrongKeys, fc.nat(), (keys, index) => {
        const wrong = keys.map((key): [string, string] => [key, WRONG[key]?.[index % WRONG[key].length] ?? ""]);
        const { config: values } = parse({ ...base, baseImages: "registry", ...Object.fromEntries(wrong) });
        expect(names).to.include.members(values.services.map(({ name }) => name));
        for (const address of addressesOf(values)) {
          expect(address === "" || URL.canParse(address), address).to.equal(true);
          expect(address).not.to.match(/\s/);
        }
        const images = values.images.base.kind === "registry" ? Object.values(values.images.base.images) : [];
        for (const image of images) expect(isPinned(image), image).to.equal(true);
      }),
    );
  });

  it("has a problem with the service whose neighbour is not chosen, and with the neighbour", () => {
    const { problems } = parse({ ...base, services: '["core","llm","tts","vad"]' });
    expect(problems).to.have.length(1);
    expect(problems[0]?.expected).to.contain("core").and.contain("stt");
  });

  for (const [given, missing] of [
    ["tlsCertificate", "tlsKey"],
    ["tlsKey", "tlsCertificate"],
  ] as const) {
    it(`needs ${missing} if it has ${given}`, () => {
      const { config: values, problems } = parse({ ...base, [given]: "a.pem" });
      expect(problems.map(({ key }) => key)).to.deep.equal([`morgan:${missing}`]);
      expect(values.gateway.tls).to.equal(undefined);
    });
  }

  it("has services in the catalog's order", () => {
    expect(parse({ ...base, services: '["vad","llm"]' }).config.services.map(({ name }) => name)).to.deep.equal([
      "llm",
      "vad",
    ]);
  });

  it("may have the gateway on the registry's port if the registry is not its own", () => {
    const values = { gatewayPort: "8080", registryPort: "8080", registry: "harbor.example.com/m" };
    expect(parse(values).problems).to.deep.equal([]);
  });

  it("cannot have the gateway and the registry on one port", () => {
    const { problems } = parse({ gatewayPort: "8080", registryPort: "8080" });
    expect(problems.map(({ key }) => key)).to.deep.equal(["morgan:registryPort"]);
    expect(problems[0]?.expected).to.contain("gatewayPort");
  });
});

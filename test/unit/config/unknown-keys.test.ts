import { expect } from "chai";
import type { Problem } from "../../../components/lib/errors.ts";
import { checkTexts } from "../support/config.ts";
import { declaredKeys } from "../support/pulumi-yaml.ts";

const PORTS: Readonly<Record<string, string>> = { gatewayPort: "8080", registryPort: "5101" };
const SECRETS = ["apiToken", "llmApiKey", "hubToken", "registryPassword", "pypiPassword", "aptPassword"];

/** The problems of a configuration that has these keys, which no section reads. */
const check = (...keys: readonly string[]): readonly Problem[] =>
  checkTexts((key) => PORTS[key], { keys: () => keys }).problems;

describe("a key that the program does not read", () => {
  for (const [key, meant] of [
    ["morgan:gatwayPort", "gatewayPort"],
    ["morgan:gatewayPrt", "gatewayPort"],
    ["morgan:gateway_port", "gatewayPort"],
    ["morgan:apitoken", "apiToken"],
    ["morgan:api-token", "apiToken"],
    ["morgan:apiTokne", "apiToken"],
    ["morgan:llmAPIkey", "llmApiKey"],
    ["morgan:service", "services"],
    ["morgna:apiToken", "apiToken"],
    ["Morgan:apiToken", "apiToken"],
  ] as const) {
    it(`is refused: ${key}, with the nearest key`, () => {
      const [problem, ...others] = check(key);
      expect(others).to.deep.equal([]);
      expect(problem?.key).to.equal(key);
      expect(problem?.expected).to.match(new RegExp(`the nearest is morgan:${meant}$`));
      expect(problem?.fix).to.contain(`pulumi config rm '${key}'`);
      expect(problem?.fix).to.contain(SECRETS.includes(meant) ? `--secret ${meant}` : `set ${meant} …`);
    });
  }

  it("is refused without a guess if no key is near", () => {
    const [problem] = check("morgan:colour");
    expect(problem).to.deep.include({ key: "morgan:colour", fix: "pulumi config rm 'morgan:colour'" });
    expect(problem?.expected).to.match(/docs\/configuration\.md lists$/);
  });

  it("is refused if it is a part of a key that was set without --path", () => {
    for (const name of ["models.stt", "services[0]", "gpuCards.0"]) {
      const [problem] = check(`morgan:${name}`);
      expect(problem?.fix).to.contain(`pulumi config set --path '${name}'`);
    }
  });

  it("is every other key, and each has its own problem", () => {
    expect(check("morgan:one", "morgan:two").map(({ key }) => key)).to.deep.equal(["morgan:one", "morgan:two"]);
    expect(check(...declaredKeys().map(({ key }) => `morgan:${key}`))).to.deep.equal([]);
    expect(check(...SECRETS.map((key) => `morgan:${key}`))).to.deep.equal([]);
    expect(check("pulumi:autonaming", "aws:region", "organisation:costCentre")).to.deep.equal([]);
  });

  it("does not depend on the values of others: no key is read only sometimes", () => {
    const remote = (key: string): string | undefined => (key === "registry" ? "harbor.example.com/m" : PORTS[key]);
    const keys = declaredKeys().map(({ key }) => `morgan:${key}`);
    expect(checkTexts(remote, { keys: () => keys }).problems).to.deep.equal([]);
  });
});

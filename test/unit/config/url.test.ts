import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { urlFault } from "../../../components/config/url.ts";
import { checkTexts } from "../support/config.ts";

const LOOPBACK = [
  "http://localhost:11434/v1",
  "http://LOCALHOST/v1",
  "http://localhost.:8000",
  "http://llm.localhost",
  "http://127.0.0.1:8000/v1",
  "http://127.1/v1",
  "http://0x7f.0.0.1",
  "http://2130706433",
  "http://0.0.0.0:8000",
  "http://[::1]:8000",
  "http://[::]:8000",
  "http://[::ffff:127.0.0.1]:8000",
];

describe("a model and a key of the language model", () => {
  it("are refused without a server that has them, instead of having no effect", () => {
    const values: Record<string, string> = { gatewayPort: "8080", registryPort: "5101", llmModel: "small" };
    const secret = (key: string): pulumi.Output<string> | undefined =>
      key === "llmApiKey" ? pulumi.secret("key") : undefined;
    const check = (more: Record<string, string>): string[] =>
      checkTexts((name) => ({ ...values, ...more })[name], { secret }).problems.map(({ key }) => key);
    expect(check({})).to.deep.equal(["morgan:llmModel", "morgan:llmApiKey"]);
    expect(check({ llmEndpoint: "https://llm.example.com/v1" })).to.deep.equal([]);
  });
});

describe("a URL in the configuration", () => {
  for (const url of LOOPBACK) {
    it(`is refused if it means the container itself: ${url}`, () => {
      expect(urlFault(url, "a service")?.expected).to.contain("host.docker.internal");
      expect(urlFault(url, "a build")?.expected).to.contain("a build reaches");
    });
  }

  it("may lead anywhere else", () => {
    for (const url of ["http://host.docker.internal:11434/v1", "http://10.0.0.127", "https://localhost.example.com"]) {
      expect(urlFault(url, "a service"), url).to.equal(undefined);
    }
    expect(urlFault("http://[fd00::1]:8000/v1", "a service")).to.equal(undefined);
  });

  it("has no query and no fragment, to which a path cannot be added", () => {
    expect(urlFault("https://a.example.com/v1?key=canary", "a service")?.shown).to.equal(
      '"https://a.example.com/v1?…"',
    );
    expect(urlFault("https://a.example.com/v1#canary", "a service")?.shown).to.equal('"https://a.example.com/v1?…"');
  });

  for (const key of ["llmEndpoint", "hubEndpoint", "pypiIndex", "pypiExtraIndex", "aptMirror", "proxy"]) {
    it(`is checked for ${key}`, () => {
      const values: Record<string, string> = { gatewayPort: "8080", registryPort: "5101", [key]: "http://[::1]:80" };
      const { problems } = checkTexts((name) => values[name]);
      expect(problems.map((problem) => [problem.key, problem.found])).to.deep.equal([
        [`morgan:${key}`, '"http://[::1]:80"'],
      ]);
    });
  }
});

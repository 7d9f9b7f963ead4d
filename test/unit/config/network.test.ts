import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { NetworkProfile } from "../../../components/network/profile.ts";
import { NO_PROFILE } from "../support/config.ts";
import type { Problem } from "../../../components/lib/errors.ts";
import { configReader } from "../../../components/config/reader.ts";
import type { ConfigSources } from "../../../components/config/sources.ts";
import { loginProblems, readNetwork } from "../../../components/config/network.ts";

const NO_SECRETS: ConfigSources = {
  values: () => undefined,
  secret: () => undefined,
  isEncrypted: () => true,
  readText: () => undefined,
  hostCertificates: () => "",
  keys: () => [],
  env: {},
};

function read(
  values: Readonly<Record<string, string>>,
  isLocalRegistry = false,
): { readonly network: NetworkProfile; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const sources: ConfigSources = {
    ...NO_SECRETS,
    values: (key) => values[key],
    secret: (key) => (`${key.replace("Password", "")}User` in values ? pulumi.secret("password") : undefined),
  };
  const network = readNetwork(configReader(sources, problems, []), sources, isLocalRegistry);
  return { network, problems };
}

describe("a company's network in the configuration", () => {
  it("is the public network if no key is set", () => {
    expect(read({}, true)).to.deep.equal({
      network: NO_PROFILE,
      problems: [],
    });
  });

  for (const key of ["pypiIndex", "pypiExtraIndex", "aptMirror", "proxy"]) {
    for (const url of [
      "https://ci:canary@a.example.com/simple",
      "http://canary@a.example.com",
      "ftp://ci:can@ary@a.example.com",
    ]) {
      it(`is refused if ${key} is ${url}, without the credentials in the message`, () => {
        const { network, problems } = read({ [key]: url });
        expect(problems.map((problem) => problem.key)).to.deep.equal([`morgan:${key}`]);
        expect(problems[0]?.found)
          .to.contain("a.example.com")
          .and.not.match(/can|ary|ci:/);
        expect(JSON.stringify(network), "nothing goes on to the state").not.to.contain("canary");
      });
    }
  }

  it("can have an @ in the path of a URL", () => {
    expect(read({ pypiIndex: "https://a.example.com/simple/@scope" }).problems).to.deep.equal([]);
  });

  it("has a user only with a registry, an index or a mirror that requires a login", () => {
    const keys = (values: Readonly<Record<string, string>>, isLocal = false): string[] =>
      read(values, isLocal).problems.map(({ key }) => key);
    expect(keys({ pypiUser: "ci", aptUser: "ci", registryUser: "ci" }, true)).to.have.members([
      "morgan:pypiUser",
      "morgan:aptUser",
      "morgan:registryUser",
    ]);
    const whole = { pypiUser: "ci", aptUser: "ci", registryUser: "ci", pypiIndex: "https://a", aptMirror: "https://b" };
    expect(keys(whole)).to.deep.equal([]);
  });

  it("excepts from the proxy each host that fits into no_proxy, and refuses any other text", () => {
    const hosts = ["localhost", ".example.com", "10.0.0.0/8", "a.example.com:8443", "*"];
    expect(read({ noProxy: JSON.stringify(hosts) }).network.proxy.except).to.deep.equal(hosts);
    expect(read({ noProxy: '["https://a.example.com","b c","a,b"]' }).problems[0]?.found).to.equal(
      '["https://a.example.com","b c","a,b"]',
    );
  });
});

describe("a user and a password", () => {
  const problem = (user: string, isSet: boolean): Problem | undefined => loginProblems("registry", user, isSet)[0];

  it("belong together", () => {
    expect(problem("", false)).to.equal(undefined);
    expect(problem("ci", true)).to.equal(undefined);
    expect(problem("ci", false)).to.include({
      key: "morgan:registryPassword",
      fix: "pulumi config set --secret registryPassword",
    });
    expect(problem("", true)?.key).to.equal("morgan:registryUser");
  });
});

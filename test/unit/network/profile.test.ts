import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
  buildSecrets,
  packageSources,
  proxyArguments,
  type NetworkProfile,
} from "../../../components/network/profile.ts";
import { NO_PROFILE, PUBLIC } from "../support/config.ts";

const login = { user: "ci", password: pulumi.secret("p w") };
const ALL: NetworkProfile = {
  registry: login,
  pypi: { index: "https://pypi.example.com/simple", extraIndex: "https://pypi.example.com/cuda", login },
  apt: { mirror: "http://apt.example.com:8080/debian", login },
  proxy: { url: "http://proxy.example.com:3128", except: ["localhost", ".example.com"] },
  certificates: "PEM",
  caBundle: "",
};

const resolved = (secrets: Readonly<Record<string, pulumi.Input<string>>>): Promise<Record<string, string>> => {
  const { promise, resolve } = Promise.withResolvers<Record<string, string>>();
  pulumi.output({ ...secrets }).apply(resolve);
  return promise;
};

describe("a network profile", () => {
  it("is the public network if nothing is configured", () => {
    expect(packageSources(NO_PROFILE)).to.deep.equal(PUBLIC);
    expect(buildSecrets(NO_PROFILE)).to.deep.equal({});
    expect(proxyArguments(NO_PROFILE)).to.deep.equal({});
  });

  it("becomes secrets of builds, in the formats of sources.list, auth.conf and uv", async () => {
    expect(await resolved(buildSecrets(ALL))).to.deep.equal({
      "apt-sources": "deb http://apt.example.com:8080/debian bookworm main\n",
      "apt-auth": "machine http://apt.example.com:8080/debian login ci password p w\n",
      "pypi-index": "morgan=https://pypi.example.com/simple",
      "pypi-extra-index": "extra=https://pypi.example.com/cuda",
      "pypi-user": "ci",
      "pypi-password": "p w",
    });
  });

  it("keeps every password a secret, so that the state is encrypted", async () => {
    const secrets = buildSecrets(ALL);
    for (const id of ["apt-auth", "pypi-password"])
      expect(await pulumi.isSecret(pulumi.output(secrets[id])), id).to.equal(true);
  });

  it("sends the login of the first index to a second index on the same host only", () => {
    expect(packageSources(ALL).pypiLogin).to.equal("both");
    const pypi = { ...ALL.pypi, extraIndex: "https://wheels.example.com/cuda" };
    expect(packageSources({ ...ALL, pypi }).pypiLogin).to.equal("index");
    expect(buildSecrets({ ...ALL, pypi })["pypi-extra-index"]).to.equal("https://wheels.example.com/cuda");
    expect(packageSources({ ...ALL, pypi: { ...pypi, login: undefined } }).pypiLogin).to.equal("none");
  });

  it("names an index without a login by its URL alone", () => {
    const pypi = { ...ALL.pypi, login: undefined };
    expect(buildSecrets({ ...ALL, pypi })["pypi-index"]).to.equal("https://pypi.example.com/simple");
  });

  it("has its proxy in build arguments that BuildKit keeps out of images", () => {
    expect(proxyArguments(ALL)).to.deep.equal({
      http_proxy: "http://proxy.example.com:3128",
      https_proxy: "http://proxy.example.com:3128",
      no_proxy: "localhost,.example.com",
    });
  });
});

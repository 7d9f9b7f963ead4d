import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { checkNetwork, type NetworkCheck } from "../../../components/preflight/network.ts";
import type { NetworkProfile } from "../../../components/network/profile.ts";
import type { Answer, HttpRoute } from "../../../components/host/http.ts";
import { FACTS, NO_PROFILE, stackConfig, type ConfigChanges } from "../support/config.ts";
import { fakeHost, type FakeHost } from "../support/host.ts";

const HOST = "harbor.example.com";
const UNKNOWN = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
const registry = { kind: "remote", host: HOST, project: "team" } as const;
const login = { user: "ci", password: pulumi.secret("canary") };

/** A machine with one answer of the engine about the registry and one answer for every URL. It records the requests. */
function machine(
  refusal: string | undefined,
  answer: Answer = { status: 200 },
): FakeHost & { readonly asked: [string, HttpRoute][] } {
  const asked: [string, HttpRoute][] = [];
  const httpGet = (url: string, route: HttpRoute): Promise<Answer> => {
    asked.push([url, route]);
    return Promise.resolve(answer);
  };
  return { ...fakeHost({ login: () => Promise.resolve(refusal) }), httpGet, asked, isWritable: () => true };
}

const check = (host: FakeHost, network: Partial<NetworkProfile>, more: ConfigChanges = {}): Promise<NetworkCheck> =>
  checkNetwork(
    stackConfig({ network: { ...NO_PROFILE, ...network }, ...more, images: { registry, ...more.images } }),
    host,
    FACTS,
  );

describe("the check of a company's network", () => {
  it("sends no request if nothing is configured", async () => {
    const nobody = (): never => {
      throw new Error("asked");
    };
    const host = { ...fakeHost({ login: nobody }), httpGet: nobody, tcpProbe: nobody };
    expect(await checkNetwork(stackConfig(), host, FACTS)).to.deep.equal({ problems: [], missingCa: undefined });
  });

  it("gives the engine the login, and reports the engine's error", async () => {
    const given: unknown[] = [];
    const host = machine(undefined);
    const engine = {
      ...host.engine,
      login: (...args: unknown[]) => {
        given.push(args);
        return Promise.resolve("failed with status: 401 Unauthorized");
      },
    };
    const { problems } = await check({ ...host, engine }, { registry: login });
    expect(given).to.deep.equal([[HOST, { user: "ci", password: "canary" }]]);
    expect(problems.map(({ key }) => key)).to.deep.equal(["morgan:registryPassword"]);
    expect(JSON.stringify(problems)).not.to.contain("canary");
  });

  it("lets this machine's engine trust a registry whose certificate fits the configured CA", async () => {
    const host = machine(UNKNOWN);
    expect(await check(host, { registry: login, certificates: "PEM" })).to.deep.equal({
      problems: [],
      missingCa: `/etc/docker/certs.d/${HOST}/morgan-ca.crt`,
    });
    expect(host.asked).to.deep.equal([
      [
        `https://${HOST}/v2/`,
        { login: { user: "ci", password: "canary" }, certificates: "PEM", proxy: { url: "", except: [] } },
      ],
    ]);
    const wrong = await check(machine(UNKNOWN, { error: "SELF_SIGNED_CERT_IN_CHAIN" }), { certificates: "PEM" });
    expect(wrong.problems.map(({ key }) => key)).to.deep.equal(["morgan:caBundle"]);
    const password = await check(machine(UNKNOWN, { status: 401 }), { registry: login, certificates: "PEM" });
    expect(password.problems.map(({ key }) => key)).to.deep.equal(["morgan:registryPassword"]);
    expect(
      (await check(host, {})).problems.map(({ key }) => key),
      "none is configured",
    ).to.deep.equal(["morgan:caBundle"]);
  });

  it("lets an engine without root trust a registry through its user's settings", async () => {
    const rootless = { ...FACTS, isRootless: true };
    const config = stackConfig({ network: { ...NO_PROFILE, certificates: "PEM" }, images: { registry } });
    const { missingCa } = await checkNetwork(config, machine(UNKNOWN), rootless);
    expect(missingCa).to.equal(`/home/ada/.config/docker/certs.d/${HOST}/morgan-ca.crt`);
  });

  it("names the file to copy and its place if the program cannot write there", async () => {
    const elsewhere = await check(machine(UNKNOWN), { certificates: "PEM" }, { engine: { host: "tcp://gpu:2375" } });
    const closed = await check({ ...machine(UNKNOWN), isWritable: () => false }, { certificates: "PEM" });
    for (const { problems, missingCa } of [elsewhere, closed]) {
      expect(problems.map(({ key }) => key)).to.deep.equal(["morgan:registry"]);
      expect(problems[0]?.fix).to.contain(`/etc/docker/certs.d/${HOST}/`).and.contain("morgan:caBundle");
      expect(missingCa).to.equal(undefined);
    }
  });

  it("requests every package source over the proxy, each with its own login only", async () => {
    const host = machine(undefined);
    const proxy = { url: "http://proxy.example.com:3128", except: ["localhost"] };
    const apt = { mirror: "http://apt.example.com/debian/", login: { user: "apt", password: pulumi.secret("a") } };
    const pypi = { index: "https://pypi.example.com/simple", extraIndex: "https://wheels.example.com", login };
    expect((await check(host, { proxy, apt, pypi })).problems).to.deep.equal([]);
    const logins = host.asked.map(([url, route]) => [url, route.login?.password, route.proxy]);
    expect(logins).to.deep.equal([
      ["https://pypi.example.com/simple/pip/", "canary", proxy],
      ["https://wheels.example.com/pip/", undefined, proxy],
      ["http://apt.example.com/debian/dists/bookworm/InRelease", "a", proxy],
    ]);
  });

  it("reports a wrong login of two indexes on one host once", async () => {
    const pypi = { index: "https://pypi.example.com/simple", extraIndex: "https://pypi.example.com/cuda", login };
    const { problems } = await check(machine(undefined, { status: 401 }), { pypi });
    expect(problems.map(({ key }) => key)).to.deep.equal(["morgan:pypiPassword"]);
  });

  it("reports that the proxy is down, and no source behind the proxy", async () => {
    const host = { ...machine(undefined, { error: "ECONNREFUSED" }), tcpProbe: () => Promise.resolve("ECONNREFUSED") };
    const proxy = { url: "http://proxy.example.com:3128", except: [] };
    const pypi = { ...NO_PROFILE.pypi, index: "https://pypi.example.com/simple" };
    const { problems } = await check(host, { proxy, pypi });
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include({ key: "morgan:proxy", found: "ECONNREFUSED" });
    expect(problems[0]?.expected).to.contain("proxy.example.com:3128");
  });

  it("requests no package source if builds run elsewhere", async () => {
    const host = machine(undefined, { status: 401 });
    const pypi = { ...NO_PROFILE.pypi, index: "https://pypi.example.com/simple" };
    expect((await check(host, { pypi }, { images: { builder: "remote" } })).problems).to.deep.equal([]);
    expect((await check(host, { pypi }, { engine: { host: "tcp://gpu:2375" } })).problems).to.deep.equal([]);
    expect((await check(host, { pypi })).problems).to.have.length(1);
  });
});

import { expect } from "chai";
import { ownCertificate, type KeyPair } from "../../../components/config/certificate.ts";
import { checkCertificate } from "../../../components/preflight/certificate.ts";
import { preflight } from "../../../components/preflight/preflight.ts";
import { MorganError, type Problem } from "../../../components/lib/errors.ts";
import { IDENTITY, stackConfig } from "../support/config.ts";
import { fakeHost } from "../support/host.ts";
import { makeKeyPair } from "../support/key-pair.ts";
import { useLogs } from "../support/logs.ts";
import { madeUpRelease } from "../support/releases.ts";

const DAY = 24 * 60 * 60 * 1000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

describe("the time of the gateway's certificate", () => {
  const logs = useLogs();
  let pair: KeyPair;
  let other: KeyPair;
  before(() => {
    [pair, other] = [makeKeyPair(90), makeKeyPair(90)];
  });

  const presents = ({ certificate }: KeyPair): object => ({
    endpoint: "https://127.0.0.1:8080",
    certificate: ownCertificate(certificate)?.fingerprint256,
  });
  const check = async (outputs: unknown, days: number, gateway: object = {}): Promise<string[]> => {
    const config = stackConfig({ gateway: { tls: pair, ...gateway } });
    return (await checkCertificate(config, outputs, inDays(days))).map(({ found }) => found);
  };

  it("is no matter without TLS, or as long as the certificate is valid", async () => {
    expect(await check({}, 1, { tls: undefined })).to.deep.equal([]);
    expect(await check({}, 75)).to.deep.equal([]);
    expect(logs.warn).to.deep.equal([]);
  });

  it("causes a reminder in the last two weeks", async () => {
    expect(await check({}, 77)).to.deep.equal([]);
    expect(logs.warn.join()).to.match(/valid until \d{4}-.* less than 14 days/);
  });

  it("is a problem for a stack that does not present the certificate yet", async () => {
    const plain = { endpoint: "http://127.0.0.1:8080" };
    for (const outputs of [{}, undefined, presents(other), plain, { endpoint: "https://a", certificate: "" }]) {
      expect((await check(outputs, 91)).join(), JSON.stringify(outputs)).to.match(/^valid until/);
    }
    expect((await check(presents(other), -1)).join()).to.match(/^valid from/);
    expect(logs.warn).to.deep.equal([]);
  });

  it("is a warning for a stack that presents it already, also without a record", async () => {
    for (const outputs of [presents(pair), { endpoint: "https://morgan.example.com:8080" }]) {
      logs.warn.length = 0;
      expect(await check(outputs, 91)).to.deep.equal([]);
      expect(logs.warn.join()).to.match(/valid until .* presents it already/);
    }
  });

  it("comes with a warning if clients of the endpoint cannot verify the name", async () => {
    for (const gateway of [{ name: "localhost" }, { address: "127.0.0.1" }]) await check({}, 1, gateway);
    expect(logs.warn).to.deep.equal([]);
    for (const gateway of [{ name: "morgan.example.com" }, { address: "0.0.0.0" }]) await check({}, 1, gateway);
    expect(logs.warn).to.have.length(2);
    expect(logs.warn[0]).to.match(/not for morgan\.example\.com.*DNS:localhost.*gatewayName/);
  });
});

describe("a file that only builds need", () => {
  const logs = useLogs();
  const bundle: Problem = {
    key: "morgan:caBundle",
    expected: "a file",
    found: "gone",
    fix: "mend it",
    buildsOnly: true,
  };
  const proxy: Problem = { key: "morgan:proxy", expected: "a URL", found: "x", fix: "mend it" };

  /** Keys of the problems of a run that builds, or that runs the release before. */
  async function keys(pinned: boolean, problems: readonly Problem[]): Promise<string[]> {
    const ran = madeUpRelease("a");
    const host = fakeHost();
    host.stacks.set("organization/morgan/dev", { release: ran.id, releases: [ran] });
    const config = stackConfig({ services: ["llm"], release: pinned ? { pinned: ran.id } : {} });
    const state = { outputs: host.outputs(config.fullName), identity: Promise.resolve(IDENTITY), isPreview: false };
    try {
      await preflight(config, problems, host, state);
      return [];
    } catch (error) {
      if (error instanceof MorganError) return error.problems.map(({ key }) => key);
      throw error;
    }
  }

  it("stops a build, and does not stop a rollback", async () => {
    expect(await keys(false, [bundle])).to.deep.equal(["morgan:caBundle"]);
    expect(logs.warn).to.deep.equal([]);
    expect(await keys(true, [bundle])).to.deep.equal([]);
    expect(logs.warn.join()).to.contain("morgan:caBundle is gone");
    expect(await keys(true, [bundle, proxy])).to.deep.equal(["morgan:proxy"]);
  });
});

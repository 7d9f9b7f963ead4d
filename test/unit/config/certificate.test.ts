import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { bundleProblem, readKeyPair, validityProblem, type KeyPair } from "../../../components/config/certificate.ts";
import type { Problem } from "../../../components/lib/errors.ts";
import { makeKeyPair } from "../support/key-pair.ts";

const DAY = 24 * 60 * 60 * 1000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

describe("the gateway's key pair", () => {
  let pair: KeyPair;
  let other: KeyPair;
  before(() => {
    [pair, other] = [makeKeyPair(90), makeKeyPair(90)];
  });

  const check = (given: KeyPair): readonly Problem[] =>
    readKeyPair({ certificate: "certificate", key: "key" }, (path) => given[path as keyof KeyPair]).problems;
  const found = (given: KeyPair): string[] => check(given).map(({ key }) => key);

  it("is accepted if the key fits the first certificate, whoever issued that certificate", () => {
    expect(check(pair)).to.deep.equal([]);
    expect(check({ ...pair, certificate: `The server:\n${pair.certificate}\n${other.certificate}` })).to.deep.equal([]);
  });

  it("is undefined if neither file is configured", () => {
    const read = readKeyPair({ certificate: "", key: "" }, () => undefined);
    expect(read).to.deep.equal({ pair: undefined, problems: [] });
  });

  it("is refused if the key does not fit the first certificate", () => {
    expect(found({ ...pair, key: other.key })).to.deep.equal(["morgan:tlsKey"]);
    expect(found({ ...pair, certificate: `${other.certificate}${pair.certificate}` })).to.deep.equal(["morgan:tlsKey"]);
  });

  const broken = ({ certificate }: KeyPair): string => certificate.replace(/\n[A-Za-z0-9+/]{10}/, "\n");
  for (const [text, certificate] of [
    ["empty", () => ""],
    ["not PEM", () => "nothing"],
    ["a key", ({ key }) => key],
    ["damaged", broken],
    ["cut off", ({ certificate }) => certificate.slice(0, -40)],
    ["followed by a certificate that is cut off", (whole) => `${whole.certificate}${whole.certificate.slice(0, -40)}`],
    ["followed by a damaged certificate", (whole) => `${whole.certificate}${broken(whole)}`],
  ] as const satisfies [string, (whole: KeyPair) => string][]) {
    it(`is refused if the certificate is ${text}`, () => {
      expect(found({ ...pair, certificate: certificate(pair) })).to.deep.equal(["morgan:tlsCertificate"]);
    });
  }

  it("is refused with two problems if both files are empty", () => {
    expect(found({ certificate: "", key: "" })).to.deep.equal(["morgan:tlsCertificate", "morgan:tlsKey"]);
  });

  it("is refused if the key needs a passphrase", () => {
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "canary" },
    });
    expect(found({ ...pair, key: privateKey })).to.deep.equal(["morgan:tlsKey"]);
  });

  it("is valid from its first to its last day", () => {
    expect(validityProblem(pair, inDays(-1))?.found).to.match(/^valid from \d{4}-.* on$/);
    expect(validityProblem(pair, inDays(1))).to.equal(undefined);
    expect(validityProblem(pair, inDays(89))).to.equal(undefined);
    expect(validityProblem(pair, inDays(91))).to.include({ key: "morgan:tlsCertificate" });
    expect(validityProblem(pair, inDays(91))?.found).to.match(/^valid until \d{4}-/);
  });

  it("is never quoted in a problem", () => {
    const middle = pair.key.split("\n")[1] ?? "";
    expect(middle).to.have.length.above(30);
    const problems = [check({ ...pair, certificate: pair.key }), check({ ...other, key: pair.key })].flat();
    expect(problems).to.have.length(2);
    expect(JSON.stringify(problems)).not.to.contain(middle);
  });

  it("is not quoted either if it is given instead of the path of its file", () => {
    const { problems } = readKeyPair(pair, () => undefined);
    expect(problems.map(({ key, found: was }) => [key, was])).to.deep.equal([
      ["morgan:tlsCertificate", "a text in PEM instead of its path"],
      ["morgan:tlsKey", "a text in PEM instead of its path"],
    ]);
    expect(JSON.stringify(problems)).not.to.contain(pair.key.split("\n")[1] ?? "");
  });
});

describe("a bundle of certificates", () => {
  let pair: KeyPair;
  before(() => {
    pair = makeKeyPair();
  });
  const found = (text: string | undefined): string | undefined => bundleProblem("ca.pem", text)?.found;

  it("holds one or more whole certificates, with any other text around them", () => {
    const { certificate } = pair;
    expect(found(certificate)).to.equal(undefined);
    expect(found(`# Our CA\n${certificate}\n\nanother:\n${certificate}# the end\n`)).to.equal(undefined);
    expect(found(certificate.replaceAll("\n", "\r\n"))).to.equal(undefined);
  });

  it("is refused if a build cannot use it, whatever is wrong with it", () => {
    const { certificate, key } = pair;
    expect(found(undefined)).to.equal('nothing readable at "ca.pem"');
    for (const text of [
      "",
      "\n",
      "some text",
      "\u30820000",
      certificate.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
    ]) {
      expect(found(text), text).to.equal('no certificate in "ca.pem"');
    }
    for (const text of [
      certificate.slice(0, -30),
      certificate + certificate.slice(0, 100),
      certificate.replace("M", ""),
    ]) {
      expect(found(text), text).to.equal('a damaged certificate in "ca.pem"');
    }
    expect(found(certificate + key)).to.equal('a private key in "ca.pem"');
    expect(bundleProblem(certificate, undefined)?.found).to.equal("a text in PEM instead of its path");
  });

  it("matters only to a run that builds", () => {
    expect(bundleProblem("ca.pem", undefined)).to.include({ buildsOnly: true });
  });
});

import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { expiryReminder, readKeyPair, type KeyPair } from "../../../components/config/certificate.ts";
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

  const check = (given: KeyPair, now = inDays(1)): readonly Problem[] =>
    readKeyPair({ certificate: "certificate", key: "key" }, (path) => given[path as keyof KeyPair], now).problems;
  const found = (given: KeyPair, now?: Date): string[] => check(given, now).map(({ key }) => key);

  it("is accepted if the key fits the first certificate, whoever issued that certificate", () => {
    expect(check(pair)).to.deep.equal([]);
    expect(check({ ...pair, certificate: `The server:\n${pair.certificate}\n${other.certificate}` })).to.deep.equal([]);
  });

  it("is undefined if neither file is configured", () => {
    const read = readKeyPair({ certificate: "", key: "" }, () => undefined, new Date());
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

  it("is refused before the certificate is valid, and after it expired", () => {
    const [early] = check(pair, inDays(-1));
    expect(early?.found).to.match(/^valid from \d{4}-.* on$/);
    const [late, ...others] = check(pair, inDays(91));
    expect(late?.found).to.match(/^valid until \d{4}-/);
    expect(others).to.deep.equal([]);
  });

  it("is never quoted in a problem", () => {
    const middle = pair.key.split("\n")[1] ?? "";
    expect(middle).to.have.length.above(30);
    const problems = [check({ ...pair, certificate: pair.key }), check({ ...other, key: pair.key })].flat();
    expect(problems).to.have.length(2);
    expect(JSON.stringify(problems)).not.to.contain(middle);
  });

  it("causes a reminder in the last two weeks of the certificate", () => {
    expect(expiryReminder(pair, inDays(75))).to.equal(undefined);
    expect(expiryReminder(pair, inDays(77))).to.match(/^morgan:tlsCertificate is valid until \d{4}-/);
    expect(expiryReminder({ ...pair, certificate: "" }, inDays(1))).to.equal(undefined);
  });
});

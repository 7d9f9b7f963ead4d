import { expect } from "chai";
import fc from "fast-check";
import { hasPrivateKey, parseCertificates } from "../../../components/lib/pem.ts";
import { makeKeyPair } from "../../unit/support/key-pair.ts";

const pairs = [makeKeyPair(), makeKeyPair()];
const certificate = fc.constantFrom(...pairs.map((pair) => pair.certificate));
const comment = fc.stringMatching(/^[A-Za-z0-9 #:.\n]{0,30}$/);

/** A certificate with text before it and after it. */
const part = fc
  .tuple(comment, certificate, comment)
  .map((texts) => ({ text: texts.join("\n"), certificate: texts[1] }));

describe("certificates in PEM", () => {
  it("are all read, in order, whatever text is around them", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), comment, (parts, end) => {
        const parsed = parseCertificates(parts.map(({ text }) => text).join("\n") + end);
        expect(parsed?.map(String)).to.deep.equal(parts.map((one) => one.certificate));
      }),
      { numRuns: 50 },
    );
  });

  it("are refused if one is cut anywhere after its first line", () => {
    fc.assert(
      fc.property(part, certificate, fc.nat(), (whole, last, index) => {
        const first = last.indexOf("\n");
        const cut = last.slice(0, first + (index % (last.trimEnd().length - first)));
        expect(parseCertificates(`${whole.text}\n${cut}`)).to.equal(undefined);
      }),
      { numRuns: 50 },
    );
  });

  it("are told from keys of every kind", () => {
    for (const { key, certificate: text } of pairs) {
      expect(hasPrivateKey(key)).to.equal(true);
      expect(hasPrivateKey(text)).to.equal(false);
      for (const kind of ["RSA", "EC", "ENCRYPTED"]) {
        expect(hasPrivateKey(key.replace("PRIVATE", `${kind} PRIVATE`)), kind).to.equal(true);
      }
    }
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { CERTIFICATE_SECRETS, certificateSecrets, fitsSecrets } from "../../../components/network/certificates.ts";

const certificate = fc
  .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 60_000 }))
  .map(([seed, length]) => {
    const body = String(seed)
      .padStart(8, "0")
      .repeat(Math.ceil(length / 8))
      .slice(0, length);
    return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;
  });
const bundle = fc.array(certificate, { maxLength: 12 });

describe("the secrets of certificates", () => {
  it("hold every certificate of a bundle once, in values that fit into a variable", () => {
    fc.assert(
      fc.property(bundle, (certificates) => {
        const text = certificates.join("\n");
        fc.pre(fitsSecrets(text));
        const values = Object.values(certificateSecrets(text));
        for (const value of values) expect(Buffer.byteLength(value)).to.be.below(131_072);
        const held = values
          .join("")
          .split(/(?=-----BEGIN )/)
          .filter((part) => part !== "");
        expect(held.map((part) => part.trim())).to.deep.equal([...new Set(certificates)]);
      }),
      { numRuns: 30 },
    );
  });

  it("fit if a bundle has at most 240 kB, and never if it has more than 480 kB", () => {
    fc.assert(
      fc.property(bundle, (certificates) => {
        const text = [...new Set(certificates)].join("\n");
        if (Buffer.byteLength(text) <= 240_000) expect(fitsSecrets(text)).to.equal(true);
        if (Buffer.byteLength(text) > 480_000) expect(fitsSecrets(text)).to.equal(false);
      }),
      { numRuns: 30 },
    );
  });

  it("have the same names for every bundle", () => {
    fc.assert(
      fc.property(bundle, (certificates) => {
        expect(Object.keys(certificateSecrets(certificates.join("\n")))).to.deep.equal([...CERTIFICATE_SECRETS]);
      }),
      { numRuns: 10 },
    );
  });
});

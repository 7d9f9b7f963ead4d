import { expect } from "chai";
import fc from "fast-check";
import { isLoopback, urlFault } from "../../../components/config/url.ts";

const octet = fc.nat({ max: 255 });
const hostOf = (text: string): string => new URL(`http://${text}:8000/v1`).hostname;

/** Every notation in which a URL may have an IPv4 address. */
const notations = ([a, b, c, d]: readonly [number, number, number, number]): string[] => {
  const low = c * 256 + d;
  const hex = (value: number): string => value.toString(16);
  return [
    [a, b, c, d].join("."),
    [a, b, low].join("."),
    [a, b * 65_536 + low].join("."),
    String(a * 16_777_216 + b * 65_536 + low),
    [a, b, c, d].map((part) => `0x${hex(part)}`).join("."),
    [a, b, c, d].map((part) => `0${part.toString(8)}`).join("."),
    `[::ffff:${hex(a * 256 + b)}:${hex(low)}]`,
  ];
};

describe("an address in a URL", () => {
  it("is the container itself in every notation of 127.0.0.0/8 and of 0.0.0.0, and in no other network", () => {
    fc.assert(
      fc.property(fc.oneof(octet, fc.constant(127), fc.constant(0)), octet, octet, octet, (a, b, c, d) => {
        const isOwn = a === 127 || a + b + c + d === 0;
        for (const text of notations([a, b, c, d])) expect(isLoopback(hostOf(text)), text).to.equal(isOwn);
      }),
    );
  });

  it("has no fault that shows its credentials or its query", () => {
    const part = fc.stringMatching(/^[A-Z0-9 /?#:@%]{0,8}$/);
    fc.assert(
      fc.property(fc.constantFrom("https://", "ftp://", ""), part, part, part, (scheme, user, host, query) => {
        for (const text of [`${user}canary@${host}`, `${user}canary@${host}?${query}canary`, `a.b/${host}?canary`]) {
          expect(urlFault(`${scheme}${text}`, "a service")?.shown ?? "").not.to.contain("canary");
        }
      }),
    );
  });
});

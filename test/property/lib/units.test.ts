import { expect } from "chai";
import fc from "fast-check";
import { bytes, goDuration, mebibytes, milliseconds, seconds, type Duration } from "../../../components/lib/units.ts";

const UNITS = { ms: 1, s: 1000, min: 60_000 } as const;
const GO = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** A duration of whole milliseconds in any unit, with what it means. */
const durations = fc
  .tuple(fc.integer({ min: 0, max: 1_000_000_000 }), fc.constantFrom("ms", "s", "min"))
  .map(([time, unit]): { readonly text: Duration; readonly time: number } => {
    const rounded = unit === "min" ? Math.round(time / 600) * 600 : time;
    return { text: `${rounded / UNITS[unit]} ${unit}`, time: rounded };
  });

/** Returns the milliseconds that Go's time.ParseDuration reads from a text. */
function parseGo(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  expect(parts.map(([part]) => part).join(""), "nothing but parts").to.equal(text);
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * GO[unit as keyof typeof GO], 0);
}

describe("a duration for the engine", () => {
  it("is the same time", () => {
    fc.assert(
      fc.property(durations, ({ text, time }) => {
        expect(Math.round(parseGo(goDuration(text)) * 1000) / 1000).to.equal(time);
      }),
    );
  });

  it("is written as Go writes it, so that the provider reports no change", () => {
    fc.assert(
      fc.property(durations, ({ text, time }) => {
        const written = goDuration(text);
        if (time === 0) expect(written).to.equal("0s");
        else if (time < 1000) expect(written).to.match(/^[1-9]\d{0,2}ms$/);
        else
          expect(written)
            .to.match(/^(?:(?:[1-9]\d*h)?[1-5]?\dm)?[1-5]?\d(?:\.\d{0,2}[1-9])?s$/)
            .and.not.match(/^0/);
      }),
    );
  });

  it("is one text for one time, in any unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (minutes) => {
        const [a, b, c] = [`${minutes} min`, `${minutes * 60} s`, `${minutes * 60_000} ms`] as const;
        expect(new Set([goDuration(a), goDuration(b), goDuration(c)])).to.have.property("size", 1);
      }),
    );
  });

  for (const [text, written] of [
    ["90 s", "1m30s"],
    ["200 ms", "200ms"],
    ["1.5 s", "1.5s"],
    ["60 min", "1h0m0s"],
    ["1000 ms", "1s"],
  ] as const) {
    it(`is ${written} for ${text}`, () => {
      expect(goDuration(text)).to.equal(written);
    });
  }
});

describe("a duration in whole seconds", () => {
  it("is never shorter than the given one, and less than a second longer", () => {
    fc.assert(
      fc.property(durations, ({ text, time }) => {
        expect(Number.isInteger(seconds(text))).to.equal(true);
        expect(seconds(text) * 1000 - time).to.be.within(0, 999);
        expect(milliseconds(text)).to.equal(time);
      }),
    );
  });
});

describe("a size", () => {
  it("in MiB is itself, and in GiB 1024 times that", () => {
    fc.assert(
      fc.property(fc.nat(), (value) => {
        expect(mebibytes(`${value} MiB`)).to.equal(value);
        expect(mebibytes(`${value} GiB`)).to.equal(value * 1024);
      }),
    );
  });

  it("of a disk is decimal and whole: 5.001 GB are 5001 MB are 5001000000 bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (value) => {
        expect(bytes(`${value} MB`)).to.equal(value * 1_000_000);
        expect(bytes(`${value / 1000} GB`)).to.equal(value * 1_000_000);
      }),
    );
  });
});

import { expect } from "chai";
import { describeForecasts, errorOf, type Forecasted } from "../../bench/lib/forecasts.ts";

describe("the forecasts of a benchmark", () => {
  const run = (seconds: number | undefined, came: number, bytes: number): Forecasted => ({
    scenario: "one line",
    forecast: { unknown: [], ...(seconds === undefined ? {} : { seconds, bytes: 1000 }) },
    cost: { seconds: came, bytes },
  });

  it("stand beside what came, with the median of the errors of a scenario", () => {
    expect(describeForecasts([run(undefined, 5, 1000), run(4, 5, 1000), run(6, 5, 2000), run(5, 5, 1000)])).to.equal(
      `forecast -> cost
one line
  unknown -> 5 s, unknown -> 1 kB
  4 s -> 5 s, 1 kB -> 1 kB
  6 s -> 5 s, 1 kB -> 2 kB
  5 s -> 5 s, 1 kB -> 1 kB
  off by 20.0 % of the seconds, 0.0 % of the bytes (median)`,
    );
  });

  it("have no bytes if the size of an image was not known", () => {
    const forecast = { seconds: 5, bytes: 1000, unknown: ["the size of tts-deps"] };
    const printed = describeForecasts([{ scenario: "a package", forecast, cost: { seconds: 5, bytes: 90_000 } }]);
    expect(printed)
      .to.include("5 s -> 5 s, unknown -> 90 kB")
      .and.include("0.0 % of the seconds, unknown of the bytes");
  });

  it("have an error as a share of what came, and none without a forecast", () => {
    expect([errorOf(4, 5), errorOf(6, 5), errorOf(undefined, 5), errorOf(5, undefined)]).to.deep.equal([
      0.2,
      0.2,
      undefined,
      undefined,
    ]);
  });
});

import { parseLastUp } from "../../../components/forecast/parse-last-up.ts";
import type { LastUp } from "../../../components/plan/last-up.ts";
import { describeBytes, describeSeconds } from "../../../components/plan/faces/quantities.ts";
import type { TestStack } from "../../integration/support/test-stack.ts";
import { median } from "./figures.ts";

/** The forecast of an `up`, and its cost. */
export interface Forecasted {
  readonly scenario: string;
  readonly forecast: LastUp["plan"]["forecast"];
  readonly cost: LastUp["cost"];
}

/** Collects the forecasts of a stack's runs. */
export class Forecasts {
  readonly all: Forecasted[] = [];
  #last = "";

  /** Notes the last `up` of a stack. One that changed nothing has no forecast. */
  async note(scenario: string, stack: TestStack): Promise<void> {
    const found = parseLastUp(await stack.outputs());
    const text = JSON.stringify(found);
    if (found === undefined || text === this.#last) return;
    this.#last = text;
    this.all.push({ scenario, forecast: found.plan.forecast, cost: found.cost });
  }
}

/** Returns how far a forecast was from what came, as a share of what came; undefined if there was no forecast. */
export function errorOf(forecast: number | undefined, came: number | undefined): number | undefined {
  return forecast === undefined || came === undefined || came === 0 ? undefined : Math.abs(forecast - came) / came;
}

/** True if a forecast has the size of everything that is pushed. */
function isWhole({ unknown }: Forecasted["forecast"]): boolean {
  return !unknown.some((what) => what.startsWith("the size of "));
}

/** Returns forecasts beside costs, a line a run, with the median of the errors of each scenario. */
export function describeForecasts(all: readonly Forecasted[]): string {
  const scenarios = [...Map.groupBy(all, ({ scenario }) => scenario)];
  const lines = scenarios.flatMap(([scenario, runs]) => [
    scenario,
    ...runs.map(({ forecast, cost }) => {
      const seconds = `${shown(forecast.seconds, describeSeconds)} -> ${describeSeconds(cost.seconds)}`;
      const bytes = isWhole(forecast) ? forecast.bytes : undefined;
      return `  ${seconds}, ${shown(bytes, describeBytes)} -> ${shown(cost.bytes, describeBytes)}`;
    }),
    `  off by ${percent(runs.map(({ forecast, cost }) => errorOf(forecast.seconds, cost.seconds)))} of the seconds, ` +
      `${percent(runs.map(({ forecast, cost }) => (isWhole(forecast) ? errorOf(forecast.bytes, cost.bytes) : undefined)))} of the bytes (median)`,
  ]);
  return ["forecast -> cost", ...lines].join("\n");
}

function shown(value: number | undefined, describe: (value: number) => string): string {
  return value === undefined ? "unknown" : describe(value);
}

function percent(errors: readonly (number | undefined)[]): string {
  const known = errors.filter((error) => error !== undefined);
  return known.length === 0 ? "unknown" : `${(median(known) * 100).toFixed(1)} %`;
}

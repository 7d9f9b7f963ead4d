import { docker } from "../../integration/support/engine.ts";
import type { BenchRegistry } from "./bench-registry.ts";
import { throwIfInterrupted } from "../lib/interrupt.ts";
import { DEPENDENCIES, entryOf } from "./dependency.ts";
import { measure } from "./measure.ts";
import type { Measurement, Results } from "./table.ts";
import type { Way } from "./way.ts";

/** The number of rounds of the warm scenarios. Each round adds one package to tts. */
const ROUNDS = DEPENDENCIES.length;

/** Collects the measurements, and prints each. */
export class Collected {
  readonly #results = new Map<string, Map<string, Measurement[]>>();

  get results(): Results {
    return this.#results;
  }

  add(way: Way, scenario: string, measurement: Measurement): void {
    const byScenario = this.#results.get(way.name) ?? new Map<string, Measurement[]>();
    this.#results.set(way.name, byScenario.set(scenario, [...(byScenario.get(scenario) ?? []), measurement]));
    console.log(`${scenario}, ${way.name}: ${measurement.seconds.toFixed(2)} s`);
  }
}

/**
 * Runs a developer's daily changes, with all services up and all caches warm. The tools take turns, in another order
 * each round, because a download or a disk read of one tool helps the next.
 */
export async function warm(
  ways: readonly Way[],
  registry: BenchRegistry,
  lock: string,
  into: Collected,
): Promise<void> {
  for (const way of ways) {
    // Twice: the second build of a tool exports the cache that its first build left.
    for (let run = 0; run < 2; run++) {
      throwIfInterrupted();
      await way.up();
      await way.push?.();
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const order = ways.map((_, index) => ways[(index + round) % ways.length]).filter((way) => way !== undefined);
    const entry = entryOf(lock, DEPENDENCIES[round] ?? "");
    for (const way of order) into.add(way, "nothing changed", await measure(way, registry));
    for (const way of order) {
      way.changeLine(`# ${way.name}, round ${String(round)}`);
      into.add(way, "one line in core", await measure(way, registry));
      await way.noteForecast?.("one line in core");
    }
    for (const way of order) {
      // The comment line keeps BuildKit from giving a tool the layer of another.
      way.addDependency(`${entry}\n# ${way.name}, round ${String(round)}`);
      into.add(way, "one dependency added to tts", await measure(way, registry));
      await way.noteForecast?.("one dependency added to tts");
    }
  }
}

/**
 * Runs a first deployment twice: without anything, and with an empty builder and a full registry. Empties the engine's
 * build cache before each run.
 */
export async function cold(
  ways: readonly Way[],
  registry: BenchRegistry,
  into: Collected,
  prepare: () => void,
): Promise<void> {
  for (const way of ways) await way.reset();
  for (const way of ways) {
    registry.empty();
    emptyBuilder();
    prepare();
    into.add(way, "everything cold", await measure(way, registry));
    await way.reset();
    emptyBuilder();
    into.add(way, "empty builder, warm registry", await measure(way, registry));
    await way.reset();
  }
}

function emptyBuilder(): void {
  docker("builder", "prune", "--all", "--force");
}

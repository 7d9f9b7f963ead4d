import { docker } from "../../integration/support/engine.ts";
import type { BenchRegistry } from "./bench-registry.ts";
import { throwIfInterrupted } from "../lib/interrupt.ts";
import { DEPENDENCIES, entryOf } from "./dependency.ts";
import { measure } from "./measure.ts";
import type { Measurement, Results } from "./table.ts";
import type { Way } from "./way.ts";

/** How often each warm scenario is run; one package is added to tts in each round. */
const ROUNDS = DEPENDENCIES.length;

/** Collects measurements as they come. */
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
 * What a developer does all day, with everything up and every cache warm. The ways take turns, each round in another
 * order, since what one has downloaded or read from the disk helps those after it.
 */
export async function warm(
  ways: readonly Way[],
  registry: BenchRegistry,
  lock: string,
  into: Collected,
): Promise<void> {
  for (const way of ways) {
    // Once more than to be up: the second build of a tool writes down what it found of the first one's cache.
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
    }
    for (const way of order) {
      // The remark keeps BuildKit from taking one way's layer for another's.
      way.addDependency(`${entry}\n# ${way.name}, round ${String(round)}`);
      into.add(way, "one dependency added to tts", await measure(way, registry));
    }
  }
}

/**
 * A machine that has nothing, then one that has nothing but a registry to ask. Empties the engine's build cache before
 * each run: only where the engine is for this alone.
 */
export async function cold(
  ways: readonly Way[],
  registry: BenchRegistry,
  into: Collected,
  prepare: () => void,
): Promise<void> {
  for (const way of ways) await way.forget();
  for (const way of ways) {
    registry.empty();
    emptyBuilder();
    prepare();
    into.add(way, "everything cold", await measure(way, registry));
    await way.forget();
    emptyBuilder();
    into.add(way, "empty builder, warm registry", await measure(way, registry));
    await way.forget();
  }
}

function emptyBuilder(): void {
  docker("builder", "prune", "--all", "--force");
}

import { setTimeout as sleep } from "node:timers/promises";

/** The text turns that an ordinary client took. */
export interface Turns {
  readonly count: number;
  /** Longest time in milliseconds from the first try of a turn until its reply. */
  readonly slowest: number;
  /** Answers other than 200, with the errors of connections. The client tried again after each of them. */
  readonly refusals: readonly string[];
}

/** Pause in milliseconds between two turns. */
const PAUSE = 100;

/** Takes one text turn after the other, until it is stopped. It waits as long as a refusal demands, and tries again. */
export class OrdinaryClient {
  readonly #url: string;
  readonly #times: number[] = [];
  readonly #refusals: string[] = [];
  readonly #work: Promise<void>;
  #isOver = false;

  constructor(endpoint: string) {
    this.#url = `${endpoint}/v1/chat`;
    this.#work = this.#takeTurns();
  }

  /** Stops after the current turn. */
  async stop(): Promise<Turns> {
    this.#isOver = true;
    await this.#work;
    return { count: this.#times.length, slowest: Math.max(0, ...this.#times), refusals: this.#refusals };
  }

  async #takeTurns(): Promise<void> {
    while (!this.#isOver) {
      const begun = performance.now();
      while (!(await this.#try()) && performance.now() - begun < 60_000);
      this.#times.push(performance.now() - begun);
      await sleep(PAUSE);
    }
  }

  async #try(): Promise<boolean> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"text":"how are you"}',
        signal: AbortSignal.timeout(20_000),
      });
      await response.text();
      if (response.status === 200) return true;
      this.#refusals.push(String(response.status));
      await sleep(Number(response.headers.get("retry-after") ?? 1) * 1000);
    } catch (error) {
      this.#refusals.push(error instanceof Error ? error.name : String(error));
      await sleep(200);
    }
    return false;
  }
}

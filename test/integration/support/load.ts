import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { chat, voice, type Answer } from "./requests.ts";

/** What a load is made of. */
export type Kind = "chat" | "voice";

/** Requests of each kind that are under way at once; one voice turn keeps a processor busy. */
const IN_FLIGHT: Readonly<Record<Kind, number>> = { chat: 4, voice: 1 };

/** A load ends by itself after this time, in milliseconds, also where a test forgets it. */
const LIMIT = 5 * 60_000;

/** Failures that are kept; the first ones say most. */
const KEPT = 5;

/** A request that was not answered with 200. */
export interface FailedRequest {
  /** Seconds from the beginning of the load until it was answered. */
  readonly at: string;
  readonly kind: Kind;
  /** Status and body, or what became of the connection. */
  readonly answer: string;
}

/** What came of a load. */
export interface LoadReport {
  /** Requests that were answered with 200. */
  readonly served: Readonly<Record<Kind, number>>;
  /** Requests that were not. */
  readonly failed: number;
  /** The first of these. */
  readonly failures: readonly FailedRequest[];
}

/** A steady load of text and voice turns on a stack, each kind with a number of requests that is always under way. */
export class Load {
  readonly #started = Date.now();
  readonly #served: Record<Kind, number> = { chat: 0, voice: 0 };
  readonly #failures: FailedRequest[] = [];
  readonly #workers: readonly Promise<void>[];
  #failed = 0;
  #isOver = false;

  /** Starts one. */
  constructor(endpoint: string, recording: string) {
    const wav = readFileSync(recording);
    const ask: Readonly<Record<Kind, () => Promise<Answer>>> = {
      chat: () => chat(endpoint, "how are you"),
      voice: () => voice(endpoint, wav),
    };
    this.#workers = (["chat", "voice"] as const).flatMap((kind) =>
      Array.from({ length: IN_FLIGHT[kind] }, () => this.#work(kind, ask[kind])),
    );
  }

  /** Ends it when what is under way is answered. */
  async stop(): Promise<LoadReport> {
    this.#isOver = true;
    await Promise.all(this.#workers);
    return { served: this.#served, failed: this.#failed, failures: this.#failures };
  }

  async #work(kind: Kind, ask: () => Promise<Answer>): Promise<void> {
    while (!this.#isOver && Date.now() - this.#started < LIMIT) {
      const failure = await ask().then(
        ({ status, body }) => (status === 200 ? undefined : `${String(status)} ${JSON.stringify(body)}`),
        (error: unknown) => describe(error),
      );
      if (failure === undefined) this.#served[kind] += 1;
      else this.#note(kind, failure);
      // The services share the processors with what is deployed.
      await sleep(200);
    }
  }

  #note(kind: Kind, answer: string): void {
    this.#failed += 1;
    const at = ((Date.now() - this.#started) / 1000).toFixed(1);
    if (this.#failures.length < KEPT) this.#failures.push({ at, kind, answer });
  }
}

/** fetch hides what became of a connection in the cause of its error. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

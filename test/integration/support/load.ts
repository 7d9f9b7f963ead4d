import { setTimeout as sleep } from "node:timers/promises";
import { chat, recordedSpeech, voice, type Answer } from "./requests.ts";

/** The kinds of requests in a load. */
export type Kind = "chat" | "voice";

/** Requests of each kind that are under way at once; one voice turn keeps a CPU busy. */
const IN_FLIGHT: Readonly<Record<Kind, number>> = { chat: 4, voice: 1 };

/** The time in milliseconds after which a load ends by itself, even if a test does not stop it. */
const LIMIT = 5 * 60_000;

/** The number of failures that a report lists. */
const KEPT = 5;

/** A request that was not answered with 200. */
export interface FailedRequest {
  /** Seconds from the beginning of the load until the answer. */
  readonly at: string;
  readonly kind: Kind;
  /** Status and body, or the error of the connection. */
  readonly answer: string;
}

/** The result of a load. */
export interface LoadReport {
  /** Requests that were answered with 200. */
  readonly served: Readonly<Record<Kind, number>>;
  /** The number of all other requests. */
  readonly failed: number;
  /** The first of the failed requests. */
  readonly failures: readonly FailedRequest[];
}

/** Runs an action while text and voice turns go on. Returns the action's result and the report of the load. */
export async function underLoad<T>(
  endpoint: string,
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly report: LoadReport }> {
  const load = new Load(endpoint, await recordedSpeech());
  let result: T;
  let report: LoadReport;
  try {
    result = await action();
  } finally {
    report = await load.stop();
  }
  return { result, report };
}

/** A steady load of text and voice turns on a stack. Each kind has a number of requests that are always under way. */
class Load {
  readonly #started = Date.now();
  readonly #served: Record<Kind, number> = { chat: 0, voice: 0 };
  readonly #failures: FailedRequest[] = [];
  readonly #workers: readonly Promise<void>[];
  #failed = 0;
  #isOver = false;

  constructor(endpoint: string, wav: Buffer) {
    const send: Readonly<Record<Kind, () => Promise<Answer>>> = {
      chat: () => chat(endpoint, "how are you"),
      voice: () => voice(endpoint, wav),
    };
    this.#workers = (["chat", "voice"] as const).flatMap((kind) =>
      Array.from({ length: IN_FLIGHT[kind] }, () => this.#work(kind, send[kind])),
    );
  }

  /** Ends the load after the answers to all requests that are under way. */
  async stop(): Promise<LoadReport> {
    this.#isOver = true;
    await Promise.all(this.#workers);
    return { served: this.#served, failed: this.#failed, failures: this.#failures };
  }

  async #work(kind: Kind, send: () => Promise<Answer>): Promise<void> {
    while (!this.#isOver && Date.now() - this.#started < LIMIT) {
      const failure = await send().then(
        ({ status, body }) => (status === 200 ? undefined : `${String(status)} ${JSON.stringify(body)}`),
        (error: unknown) => describe(error),
      );
      if (failure === undefined) this.#served[kind] += 1;
      else this.#note(kind, failure);
      // The services share the CPUs with the deployment.
      await sleep(200);
    }
  }

  #note(kind: Kind, answer: string): void {
    this.#failed += 1;
    const at = ((Date.now() - this.#started) / 1000).toFixed(1);
    if (this.#failures.length < KEPT) this.#failures.push({ at, kind, answer });
  }
}

/** Returns the text of an error. fetch of Node 24 puts the error of the connection into the cause of its own error. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

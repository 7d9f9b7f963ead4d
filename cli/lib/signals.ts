import type { EventEmitter } from "node:events";
import { constants } from "node:os";

/** The signals by which a terminal, a user or a CI system ends a command. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A command that a signal has ended. */
export class Interrupted extends Error {
  /** The exit code that a shell gives to a program that ends by this signal. */
  readonly exitCode: number;
  /** True if a second signal killed what the command ran, so that it could not finish and record its work. */
  readonly atOnce: boolean;

  constructor(signal: NodeJS.Signals, atOnce = false) {
    super(atOnce ? `ended at once by ${signal}` : `ended by ${signal}`);
    this.exitCode = exitCodeOf(signal);
    this.atOnce = atOnce;
  }
}

/** The exit code that a shell gives to a program that ends by a signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Time in milliseconds within which signals count as one. A terminal sends a signal to each process of a command, and a
 * launcher sends its own on.
 */
const ONE_SIGNAL = 500;

const THIS_PROCESS = { source: process, now: () => performance.now() };

/** Receives the stop signals of this process. */
export interface SignalReceiver {
  /** The first signal. */
  readonly first: (signal: NodeJS.Signals) => void;
  /** Any later signal, which is to end the work at once. */
  readonly again: (signal: NodeJS.Signals) => void;
}

/** Calls a receiver for each stop signal, until the returned function is called. Signals that come together are one. */
export function receiveSignals(
  { first, again }: SignalReceiver,
  { source, now }: { readonly source: Pick<EventEmitter, "on" | "off">; readonly now: () => number } = THIS_PROCESS,
): () => void {
  let last: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    const isSame = last !== undefined && now() - last < ONE_SIGNAL;
    const isFirst = last === undefined;
    if (!isSame) last = now();
    if (isFirst) first(signal);
    else if (!isSame) again(signal);
  };
  for (const signal of STOP_SIGNALS) source.on(signal, listener);
  return () => {
    for (const signal of STOP_SIGNALS) source.off(signal, listener);
  };
}

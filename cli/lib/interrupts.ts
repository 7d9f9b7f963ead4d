import { exitCodeOf, receiveSignals } from "./signals.ts";

/** A program at work, which gets the signals of this process. */
export interface Interruptible {
  /** Asks the program to stop. */
  readonly interrupt: (signal: NodeJS.Signals) => void;
  /** Ends the program at once. */
  readonly kill: (signal: NodeJS.Signals) => void;
}

const atWork = new Set<Interruptible>();
let received = false;
let stopListening: (() => void) | undefined;
let endIdle: ((signal: NodeJS.Signals) => void) | undefined;

/** Hands the signals of this process to a program, until the returned function is called. */
export function interruptible(program: Interruptible): () => void {
  atWork.add(program);
  listen();
  return () => {
    atWork.delete(program);
    // After a signal this process cleans up. The same signal may come once more, from a launcher, and must not end it.
    if (atWork.size > 0 || received || endIdle !== undefined) return;
    stopListening?.();
    stopListening = undefined;
  };
}

/** Has a signal end this process with a message, from now on, while no program is at work. */
export function endOnSignals(report: (signal: NodeJS.Signals) => void): void {
  endIdle = report;
  listen();
}

function listen(): void {
  stopListening ??= receiveSignals({
    first: (signal) => {
      received = true;
      if (atWork.size === 0) end(signal);
      for (const program of atWork) program.interrupt(signal);
    },
    again: (signal) => {
      if (atWork.size === 0) end(signal);
      for (const program of atWork) program.kill(signal);
    },
  });
}

function end(signal: NodeJS.Signals): never {
  endIdle?.(signal);
  process.exit(exitCodeOf(signal));
}

import { setTimeout as sleep } from "node:timers/promises";

/** Time; tests have a clock of their own. */
export interface Clock {
  /** In milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => sleep(milliseconds),
};

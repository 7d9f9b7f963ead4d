import { setTimeout as sleep } from "node:timers/promises";

/** Time, which the tests have their own of. */
export interface Clock {
  /** In milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => sleep(milliseconds),
};

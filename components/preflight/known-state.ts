import type { Identity } from "../engine/identity.ts";

/** The part of a stack's state that the preflight needs. */
export interface KnownState {
  /** Outputs of the stack after its last `up`. */
  readonly outputs: Promise<unknown>;
  readonly identity: Promise<Identity>;
  /** True if this run changes nothing, so that a new state has no id yet. */
  readonly isPreview: boolean;
}

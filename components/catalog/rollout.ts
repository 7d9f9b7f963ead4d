/** How a container is replaced. */
export type Rollout =
  /** The new one first; the old one goes when the new one is healthy. For what keeps no state of its own. */
  | "create-first"
  /** The old one first, because the two cannot be there at once: one volume, one host port, one card. */
  | "stop-first";

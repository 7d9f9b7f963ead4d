/** The order in which a container is replaced. */
export type Rollout =
  /** The new container starts, and the old one stops when the new one is healthy. For containers without state. */
  | "create-first"
  /** The old container stops first, because both cannot run at once: they share a volume, a host port or a GPU. */
  | "stop-first";

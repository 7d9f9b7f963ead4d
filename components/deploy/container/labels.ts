/**
 * The inputs whose changes are ignored. docker 5.2.0 replaces a container, a network or a volume for a new label, and a
 * volume would lose its data. Pulumi 3.259 uses the new labels when another input replaces the thing.
 */
export const LABELS: string[] = ["labels"];

/** A size of memory or disk in binary units, as a person writes it. */
export type Size = `${number} ${"MiB" | "GiB"}`;

/** A size of an image in decimal units, as registries and engines show it. */
export type DiskSize = `${number} ${"MB" | "GB"}`;

/** A length of time, as a person writes it. */
export type Duration = `${number} ${"ms" | "s" | "min"}`;

const MEBIBYTES = { MiB: 1, GiB: 1024 } as const;
const BYTES = { MB: 1e6, GB: 1e9 } as const;
const MILLISECONDS = { ms: 1, s: 1000, min: 60_000 } as const;

/** True if a value is a size of memory or disk above zero. */
export function isSize(value: unknown): value is Size {
  return typeof value === "string" && /^[1-9]\d{0,6}(?:\.\d)? (?:MiB|GiB)$/.test(value);
}

/** Converts a size to MiB, which `@pulumi/docker` 5.2.0 calls megabytes. */
export function mebibytes(size: Size): number {
  const [value, unit] = split(size);
  return value * MEBIBYTES[unit as keyof typeof MEBIBYTES];
}

/** Converts a size to whole bytes. */
export function bytes(size: DiskSize): number {
  const [value, unit] = split(size);
  return Math.round(value * BYTES[unit as keyof typeof BYTES]);
}

/** Converts a length of time to whole seconds, rounded up. `@pulumi/docker` 5.2.0 accepts no fraction of a second. */
export function seconds(duration: Duration): number {
  return Math.ceil(milliseconds(duration) / 1000);
}

/** Converts a length of time to whole milliseconds: 4.35 minutes are 261000, not 260999.99999999997. */
export function milliseconds(duration: Duration): number {
  const [value, unit] = split(duration);
  return Math.round(value * MILLISECONDS[unit as keyof typeof MILLISECONDS]);
}

/** Returns the longest of lengths of time; "0 s" for an empty list. */
export function longest(durations: readonly Duration[]): Duration {
  return durations.reduce((a, b) => (milliseconds(b) > milliseconds(a) ? b : a), "0 s");
}

/** Parses a length of time, such as "5 s"; undefined for any other text. */
export function parseDuration(text: string): Duration | undefined {
  return /^(?:0|[1-9]\d{0,8})(?:\.\d{1,3})? (?:ms|s|min)$/.test(text) ? (text as Duration) : undefined;
}

/**
 * Formats a length of time as Go prints it ("1m30s", "200ms"). The engine reports times in that form. For
 * any other spelling of the same time, `@pulumi/docker` 5.2.0 reports a change at every `up`.
 */
export function goDuration(duration: Duration): string {
  const total = milliseconds(duration);
  if (total === 0) return "0s";
  if (total < 1000) return `${String(total)}ms`;
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const rest = (total % 60_000) / 1000;
  return `${hours > 0 ? `${String(hours)}h` : ""}${hours > 0 || minutes > 0 ? `${String(minutes)}m` : ""}${String(rest)}s`;
}

function split(text: string): [number, string] {
  const [value = "", unit = ""] = text.split(" ");
  return [Number(value), unit];
}

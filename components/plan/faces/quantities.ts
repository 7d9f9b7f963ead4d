/** Returns a time for people: "0.4 s", "9 s", "2 min 5 s". */
export function describeSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${String(whole)} s`;
  const rest = whole % 60;
  return `${String(Math.floor(whole / 60))} min${rest === 0 ? "" : ` ${String(rest)} s`}`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Returns a number of bytes for people, in decimal units: "31 kB", "1.2 GB". */
export function describeBytes(bytes: number): string {
  let [value, unit] = [Math.round(bytes), 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
  return `${digits} ${UNITS[unit] ?? ""}`;
}

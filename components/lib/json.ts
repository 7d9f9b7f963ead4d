/** A field of an object that something else wrote; undefined where there is none, or no object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** A text that something else wrote; empty where it is none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

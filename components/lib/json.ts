import { mapValues } from "./map-values.ts";

/** Returns a field of a parsed JSON object; undefined if the field is missing, or if the value is no object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** Returns a parsed JSON value if it is a string, or else the fallback. */
export function stringOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

/** Returns a parsed JSON value if it is a list, or else an empty list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a parsed JSON object with its strings; other fields become empty strings. Empty if the value is no object. */
export function strings(value: unknown): Record<string, string> {
  return typeof value === "object" && value !== null ? mapValues({ ...value }, (item) => stringOr(item, "")) : {};
}

/** Returns a parsed JSON value if it is an object, or else an empty object. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

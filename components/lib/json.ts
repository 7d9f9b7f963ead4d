import { mapValues } from "./map-values.ts";

/** A field of an object that another program wrote; undefined if the field is missing, or the value is no object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** A text that another program wrote; empty if the value is no text. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A list that another program wrote; empty if the value is no list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A record of texts that another program wrote; empty if the value is no object. */
export function strings(value: unknown): Record<string, string> {
  return typeof value === "object" && value !== null ? mapValues({ ...value }, text) : {};
}

import type { Configuration } from "../../integration/support/test-stack.ts";

/** Reads configuration values of a command line: `key=value`, or `object.key=value` for a part of an object. */
export function configurationFrom(texts: readonly string[]): Configuration {
  const values: Record<string, string | Record<string, string>> = {};
  for (const text of texts) {
    const [path = ""] = text.split("=", 1);
    const value = text.slice(path.length + 1);
    const [key = "", part] = path.split(".", 2);
    const before = values[key];
    if (part === undefined) values[key] = value;
    else values[key] = { ...(typeof before === "object" ? before : {}), [part]: value };
  }
  return values;
}

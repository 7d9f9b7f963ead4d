import { readShipped } from "./shipped.ts";

/** A key of the configuration as Pulumi.yaml declares it. */
export interface Declared {
  readonly key: string;
  /** The default, as text; undefined if it declares a type, so that Pulumi would check the value. */
  readonly default: string | undefined;
  readonly description: string;
}

/** The keys that the project's file declares; it is read by its indentation, the one form that it has. */
export function declaredKeys(): Declared[] {
  const config = readShipped("Pulumi.yaml").split(/^config:\n/m)[1] ?? "";
  const entries = config.split(/^ {2}(?=\S)/m).filter((entry) => /^[A-Za-z]+:\n/.test(entry));
  return entries.map((entry) => {
    const field = (name: string): string | undefined => {
      const text = new RegExp(`^ {4}${name}: (.*)$`, "m").exec(entry)?.[1];
      return text?.replace(/^(["'])(.*)\1$/, "$2");
    };
    return {
      key: entry.slice(0, entry.indexOf(":")),
      default: field("value"),
      description: field("description") ?? "",
    };
  });
}

/** The values that a stack's file sets, by key. */
export function stackValues(stack: string): Map<string, string> {
  const lines = [...readShipped(`Pulumi.${stack}.yaml`).matchAll(/^ {2}morgan:(\w+): (.*)$/gm)];
  return new Map(lines.map(([, key = "", value = ""]) => [key, value.replace(/^(["'])(.*)\1$/, "$2")]));
}

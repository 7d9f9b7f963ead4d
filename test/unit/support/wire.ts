/** A value as it goes to the engine: secrets are wrapped, what is not known yet is a mark. */
export type Plain = Readonly<Record<string, unknown>>;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The engine's mark for what is not known before a provider made it. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The value with its secrets unwrapped. */
export function plain(value: unknown): Plain {
  return unwrap(value) as Plain;
}

/** The paths, as "uploads.0.content", at which a value holds a secret. */
export function secretPaths(value: unknown, path = ""): string[] {
  if (isSecret(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => secretPaths(item, path === "" ? key : `${path}.${key}`));
}

/** The value without all that is marked as secret. */
export function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return undefined;
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).map(withoutSecrets);
}

/** Every text within a value, the names of fields left out. */
export function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** Returns the value at a path such as "context.named.base.location", or undefined if there is none. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, key) => {
    if (typeof found !== "object" || found === null) return undefined;
    return Object.entries(found).find(([name]) => name === key)?.[1];
  }, value);
}

function unwrap(value: unknown): unknown {
  if (isSecret(value)) return unwrap(value.value);
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
}

function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && SIGNATURE in value && value[SIGNATURE] === SECRET;
}

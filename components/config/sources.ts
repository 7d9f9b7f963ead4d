import type * as pulumi from "@pulumi/pulumi";
import type { KnownKeys } from "./unknown-keys.ts";

/** The text of a configuration value; undefined if it is not set. Arrays and objects are JSON. */
export type Values = (key: string) => string | undefined;

/** The sources of a configuration. */
export interface ConfigSources {
  readonly values: Values;
  /** A secret value; undefined if it is not set. @throws Error if its text does not match the pattern. */
  secret(key: string, pattern?: RegExp): pulumi.Output<string> | undefined;
  /** True if Pulumi keeps the value of a key encrypted. */
  isEncrypted(key: string): boolean;
  /** Text of a file; undefined if it cannot be read. */
  readText(path: string): string | undefined;
  /** The certificates that the host's administrator added, in PEM. */
  hostCertificates(): string;
  /** Keys of the whole configuration, with their namespaces: "morgan:gatewayPort". */
  readonly keys: () => readonly string[];
  /** The variables of the process. */
  readonly env: NodeJS.ProcessEnv;
}

/** Returns the same sources, and the keys that are read from them, which are all that there are. */
export function recordKeys(sources: ConfigSources): { readonly recording: ConfigSources; readonly known: KnownKeys } {
  const known = { plain: new Set<string>(), secret: new Set<string>() };
  const recording: ConfigSources = {
    ...sources,
    values: (key) => {
      known.plain.add(key);
      return sources.values(key);
    },
    secret: (key, pattern) => {
      known.secret.add(key);
      return sources.secret(key, pattern);
    },
  };
  return { recording, known };
}

/** Keys of the secrets in the configuration by the files that have them in a container. */
const SECRET_FILES: Readonly<Record<string, string>> = {
  "file /run/secrets/llm-api-key": "llmApiKey",
  "file /run/secrets/model-token": "hubToken",
};

/**
 * Keys of the configuration by the names of a container's inputs. "gateway port" is the input "port" of the container
 * "gateway"; "port" that of any other.
 */
const KEYS: Readonly<Record<string, string>> = {
  "gateway port": "gatewayPort",
  "registry port": "registryPort",
  "environment MORGAN_DATABASE_PASSWORD_FILE": "services",
  "environment MORGAN_DATABASE_URL": "services",
  "environment MORGAN_DEVICE": "gpu",
  "environment MORGAN_HISTORY_DAYS": "historyDays",
  "environment MORGAN_HISTORY_SESSION_SIZE": "historySessionSize",
  "environment MORGAN_HISTORY_SESSION_TURNS": "historySessionTurns",
  "environment MORGAN_HISTORY_SIZE": "historySize",
  "environment HF_ENDPOINT": "hubEndpoint",
  "environment MORGAN_LLM_API_KEY_FILE": "llmApiKey",
  "environment MORGAN_LLM_ENDPOINT": "llmEndpoint",
  "environment MORGAN_LLM_MODEL": "llmModel",
  "environment MORGAN_MAX_BODY_BYTES": "bodyLimit",
  "environment MORGAN_MODEL": "models",
  "environment MORGAN_MODEL_OFFLINE": "modelsOffline",
  "environment MORGAN_MODEL_TOKEN_FILE": "hubToken",
  "environment MORGAN_OPENAPI": "openApi",
  ...SECRET_FILES,
  "mount /models": "models",
};

/** Files with a password that the stack makes itself. */
const PASSWORD_FILES: ReadonlySet<string> = new Set(
  ["database-password", "password", "redis-password", "redis.conf"].map((name) => `file /run/secrets/${name}`),
);

/** Inputs that the catalog sets. */
const CATALOG: ReadonlySet<string> = new Set(["memory", "cpus", "startLimit"]);

/** Returns the name of an input for people: a key of the configuration, or the input with the place where it is set. */
export function settingName(container: string, input: string): string {
  const key = KEYS[`${container} ${input}`] ?? KEYS[input];
  if (key !== undefined) return key;
  return CATALOG.has(input) ? `${input} (services/catalog.ts)` : input;
}

/** Returns the key of the secret that an input has; undefined if it has none of the configuration. */
export function secretKey(input: string): string | undefined {
  return SECRET_FILES[input];
}

/** True if an input has a password that the stack makes itself. */
export function hasPassword(input: string): boolean {
  return PASSWORD_FILES.has(input);
}

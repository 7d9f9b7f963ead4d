import type * as pulumi from "@pulumi/pulumi";
import { GATEWAY_NAME, WEIGHTS } from "../../catalog/image-contract.ts";
import type { HistoryConfig } from "../../config/history.ts";
import type { LlmConfig } from "../../config/llm.ts";
import type { Model } from "../../config/models.ts";
import type { StackService } from "../../catalog/select.ts";

/** The URL and the password of a backing service. */
export interface BackingService {
  readonly url: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** The backing services, the language model and the limits that services are configured with. */
export interface Wiring {
  readonly redis: BackingService | undefined;
  readonly postgres: BackingService | undefined;
  readonly llm: Omit<LlmConfig, "apiKey"> & { readonly apiKey: pulumi.Input<string> | undefined };
  /** Largest body of a request, in bytes. */
  readonly bodyLimit: number;
  readonly history: HistoryConfig;
  /** True if a service returns the description of its routes. */
  readonly openApi: boolean;
}

/** The device and the weights of a service that can use a GPU. */
export interface Compute {
  /** True if it has a GPU. */
  readonly onGpu: boolean;
  readonly model: Model | undefined;
  /** True if it never downloads from the model hub. */
  readonly offline: boolean;
  /** Token for the model hub. Default: none. */
  readonly token?: pulumi.Input<string>;
}

type Inputs = Record<string, pulumi.Input<string>>;

/**
 * Returns the environment of a service: its speech engine, and the URLs of the services that it uses. Passwords are in
 * files, never in the environment.
 */
export function environmentOf(
  service: StackService,
  { redis, postgres, llm, bodyLimit, history, openApi }: Wiring,
  compute: Compute,
): Inputs {
  const { variant } = service;
  const called = service.calls.map(({ name, port }) => [
    `MORGAN_${name.toUpperCase()}_URL`,
    `http://${GATEWAY_NAME}:${String(port)}`,
  ]);
  return {
    MORGAN_MAX_BODY_BYTES: String(bodyLimit),
    ...(openApi ? { MORGAN_OPENAPI: "true" } : {}),
    ...variant.environment,
    ...(variant.usesGpu ? computeEnvironment(compute) : {}),
    ...(Object.fromEntries(called) as Inputs),
    ...(uses(service, "redis") && redis !== undefined
      ? { MORGAN_REDIS_URL: redis.url, MORGAN_REDIS_PASSWORD_FILE: "/run/secrets/redis-password" }
      : {}),
    ...(uses(service, "postgres") && postgres !== undefined
      ? {
          MORGAN_DATABASE_URL: postgres.url,
          MORGAN_DATABASE_PASSWORD_FILE: "/run/secrets/database-password",
          ...historyEnvironment(history),
        }
      : {}),
    ...(service.languageModel && llm.endpoint !== "" ? { MORGAN_LLM_ENDPOINT: llm.endpoint } : {}),
    ...(service.languageModel && llm.model !== "" ? { MORGAN_LLM_MODEL: llm.model } : {}),
    ...(service.languageModel && llm.apiKey !== undefined
      ? { MORGAN_LLM_API_KEY_FILE: "/run/secrets/llm-api-key" }
      : {}),
  };
}

function historyEnvironment({ days, size, sessionTurns, sessionSize }: HistoryConfig): Inputs {
  return {
    MORGAN_HISTORY_DAYS: String(days),
    MORGAN_HISTORY_SIZE: String(size),
    MORGAN_HISTORY_SESSION_TURNS: String(sessionTurns),
    MORGAN_HISTORY_SESSION_SIZE: String(sessionSize),
  };
}

function computeEnvironment(compute: Compute): Inputs {
  const { onGpu, model, offline } = compute;
  return {
    MORGAN_DEVICE: onGpu ? "cuda" : "cpu",
    MORGAN_MODEL_DIR: WEIGHTS,
    ...(model?.kind === "hub" ? { MORGAN_MODEL: model.id } : {}),
    ...(model?.kind === "hub" && model.endpoint !== undefined ? { HF_ENDPOINT: model.endpoint } : {}),
    ...(offline ? { MORGAN_MODEL_OFFLINE: "true" } : {}),
    ...(hubToken(compute) === undefined ? {} : { MORGAN_MODEL_TOKEN_FILE: "/run/secrets/model-token" }),
  };
}

/** Returns the token for the model hub if the service may download its weights. */
function hubToken({ model, offline, token }: Compute): pulumi.Input<string> | undefined {
  return model?.kind === "hub" && !offline ? token : undefined;
}

/** Name of the engine's host in a container, which Docker Desktop has by itself. */
const ENGINE_HOST = "host.docker.internal";

/** Returns the names that a service resolves to the engine's host: one, if a URL that it gets has it. */
export function engineHostNames(service: StackService, { llm }: Wiring, { model }: Compute): string[] {
  const urls = [
    ...(service.languageModel ? [llm.endpoint] : []),
    ...(service.variant.usesGpu && model?.kind === "hub" ? [model.endpoint ?? ""] : []),
  ];
  return urls.some((url) => URL.canParse(url) && new URL(url).hostname === ENGINE_HOST) ? [ENGINE_HOST] : [];
}

/** Returns the secrets of a service, by the names of their files in /run/secrets. */
export function secretsOf(service: StackService, { redis, postgres, llm }: Wiring, compute: Compute): Inputs {
  const token = service.variant.usesGpu ? hubToken(compute) : undefined;
  return {
    ...(uses(service, "redis") && redis !== undefined ? { "redis-password": redis.password } : {}),
    ...(uses(service, "postgres") && postgres !== undefined ? { "database-password": postgres.password } : {}),
    ...(service.languageModel && llm.apiKey !== undefined ? { "llm-api-key": llm.apiKey } : {}),
    ...(token === undefined ? {} : { "model-token": token }),
  };
}

function uses(service: Pick<StackService, "backing">, backing: "redis" | "postgres"): boolean {
  return service.backing.includes(backing);
}

import type * as pulumi from "@pulumi/pulumi";
import { WEIGHTS } from "../../catalog/image-contract.ts";
import type { Model } from "../../config/models.ts";
import type { Accelerator, Catalog, Service } from "../../catalog/service.ts";

/** A backing service as its users see it. */
export interface BackingService {
  readonly url: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** The language model behind the stack. */
export interface LanguageModel {
  /** Base URL of an OpenAI-compatible server; empty for the built-in responder. */
  readonly endpoint: string;
  /** Model that is asked for where a request names none; empty for the server's own choice. */
  readonly model: string;
  /** Key for the endpoint; secret. */
  readonly apiKey: pulumi.Input<string> | undefined;
}

/** What services are wired to. */
export interface Wiring {
  readonly catalog: Catalog;
  readonly accelerator: Accelerator;
  readonly redis: BackingService | undefined;
  readonly postgres: BackingService | undefined;
  readonly llm: LanguageModel;
  /** Largest body that a service takes, in bytes. */
  readonly bodyLimit: number;
}

/** What an engine that can use a card computes with. */
export interface Compute {
  /** Whether it has a card. */
  readonly onCard: boolean;
  readonly model: Model | undefined;
  /** Whether it never asks the hub. */
  readonly offline: boolean;
}

type Inputs = Record<string, pulumi.Input<string>>;

/**
 * The environment of a service: which engine does its work, and where it finds what it calls and uses. Passwords come
 * as files, never in here.
 */
export function environmentOf(
  service: Service,
  { catalog, accelerator, redis, postgres, llm, bodyLimit }: Wiring,
  compute: Compute,
): Inputs {
  const engine = service.engines[accelerator];
  const called = service.calls.flatMap((name): [string, string][] => {
    const port = catalog[name]?.port;
    return port === undefined ? [] : [[`MORGAN_${name.toUpperCase()}_URL`, `http://gateway:${String(port)}`]];
  });
  return {
    MORGAN_MAX_BODY_BYTES: String(bodyLimit),
    ...engine.environment,
    ...(engine.vramMiB > 0 ? computeEnvironment(compute) : {}),
    ...Object.fromEntries(called),
    ...(uses(service, "redis") && redis !== undefined
      ? { MORGAN_REDIS_URL: redis.url, MORGAN_REDIS_PASSWORD_FILE: "/run/secrets/redis-password" }
      : {}),
    ...(uses(service, "postgres") && postgres !== undefined
      ? { MORGAN_DATABASE_URL: postgres.url, MORGAN_DATABASE_PASSWORD_FILE: "/run/secrets/database-password" }
      : {}),
    ...(service.languageModel && llm.endpoint !== "" ? { MORGAN_LLM_ENDPOINT: llm.endpoint } : {}),
    ...(service.languageModel && llm.model !== "" ? { MORGAN_LLM_MODEL: llm.model } : {}),
    ...(service.languageModel && llm.apiKey !== undefined
      ? { MORGAN_LLM_API_KEY_FILE: "/run/secrets/llm-api-key" }
      : {}),
  };
}

function computeEnvironment({ onCard, model, offline }: Compute): Inputs {
  return {
    MORGAN_DEVICE: onCard ? "cuda" : "cpu",
    MORGAN_MODEL_DIR: WEIGHTS,
    ...(model?.kind === "hub" ? { MORGAN_MODEL: model.id } : {}),
    ...(model?.kind === "hub" && model.endpoint !== undefined ? { HF_ENDPOINT: model.endpoint } : {}),
    ...(offline ? { MORGAN_MODEL_OFFLINE: "true" } : {}),
  };
}

/** The secrets of a service, by the name of the file in /run/secrets that holds each. */
export function secretsOf(service: Service, { redis, postgres, llm }: Wiring): Inputs {
  return {
    ...(uses(service, "redis") && redis !== undefined ? { "redis-password": redis.password } : {}),
    ...(uses(service, "postgres") && postgres !== undefined ? { "database-password": postgres.password } : {}),
    ...(service.languageModel && llm.apiKey !== undefined ? { "llm-api-key": llm.apiKey } : {}),
  };
}

function uses(service: Service, backing: "redis" | "postgres"): boolean {
  return service.backing.includes(backing);
}

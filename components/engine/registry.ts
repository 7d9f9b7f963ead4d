import { readText, type EngineApi } from "./api.ts";
import { messageOf } from "../lib/errors.ts";
import { field, stringOr } from "../lib/json.ts";

/** A user of a registry. */
export interface PlainLogin {
  readonly user: string;
  readonly password: string;
}

/** Requests that the engine sends on to a registry, over the network of the engine. */
export interface RegistryRequests {
  /**
   * Tries a login to a registry, "host[:port]", with credentials or without. Returns the engine's reason if the
   * registry refuses, or undefined.
   */
  login(registry: string, login: PlainLogin | undefined): Promise<string | undefined>;
  /** Digest of the image that a tag names in its registry; undefined if there is none. @throws Error if neither is known. */
  registryDigest(reference: string): Promise<string | undefined>;
  /** Pulls an image from its registry. @throws Error with the engine's reason. */
  pull(reference: string, login: PlainLogin | undefined): Promise<void>;
}

/** The registries as the engine behind an API reaches them. */
export function registryRequests(api: EngineApi): RegistryRequests {
  return {
    async login(registry, login) {
      try {
        await api.post("/auth", { username: login?.user, password: login?.password, serveraddress: registry });
        return undefined;
      } catch (error) {
        return reasonOf(error);
      }
    },
    async registryDigest(reference) {
      try {
        const found = await api.get(`/distribution/${reference}/json`);
        return stringOr(field(field(found, "Descriptor"), "digest"), "") || undefined;
      } catch (error) {
        if (/manifest unknown|not found/i.test(messageOf(error))) return undefined;
        throw error;
      }
    },
    async pull(reference, login) {
      const auth = { username: login?.user, password: login?.password };
      const headers = { "x-registry-auth": Buffer.from(JSON.stringify(auth)).toString("base64url") };
      const path = `/images/create?fromImage=${encodeURIComponent(reference)}`;
      const progress = await readText(await api.stream(path, undefined, headers));
      const failed = progress.split("\n").find((line) => line.includes('"error"'));
      if (failed !== undefined) throw new Error(textOf(failed, "error"));
    },
  };
}

/** The engine's reason in "500 for /path: {"message": …}". */
function reasonOf(error: unknown): string {
  const whole = messageOf(error);
  const answer = /\{.*\}/s.exec(whole)?.[0];
  return answer === undefined ? whole : textOf(answer, "message");
}

function textOf(json: string, name: string): string {
  try {
    return stringOr(field(JSON.parse(json), name), "") || json;
  } catch {
    return json;
  }
}

import { readText, type EngineApi } from "./api.ts";

/** A user of a registry. */
export interface PlainLogin {
  readonly user: string;
  readonly password: string;
}

/** What is asked of the engine about a registry: it is the one who pushes and pulls, from where it is. */
export interface RegistryQuestions {
  /**
   * Tries to enter a registry, "host[:port]", as somebody or as nobody: why it was not let in, in the engine's words, or
   * undefined.
   */
  login(registry: string, login: PlainLogin | undefined): Promise<string | undefined>;
  /** Takes an image from its registry. @throws Error with the reason, in the engine's words. */
  pull(reference: string, login: PlainLogin | undefined): Promise<void>;
}

/** The answers of the engine behind an API. */
export function registryQuestions(api: EngineApi): RegistryQuestions {
  return {
    async login(registry, login) {
      try {
        await api.post("/auth", { username: login?.user, password: login?.password, serveraddress: registry });
        return undefined;
      } catch (error) {
        return reasonOf(error);
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

/** The engine's own words out of "500 for /path: {"message": …}". */
function reasonOf(error: unknown): string {
  const whole = error instanceof Error ? error.message : String(error);
  const answer = /\{.*\}/s.exec(whole)?.[0];
  return answer === undefined ? whole : textOf(answer, "message");
}

function textOf(json: string, name: string): string {
  try {
    const value: unknown = JSON.parse(json);
    const found =
      typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name) : [];
    return String(found?.[1] ?? json);
  } catch {
    return json;
  }
}

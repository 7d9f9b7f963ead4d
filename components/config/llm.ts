import type * as pulumi from "@pulumi/pulumi";
import type { StackService } from "../catalog/select.ts";
import type { ConfigReader } from "./reader.ts";
import { ASCII_WORD } from "./secret.ts";

/** The language model behind the stack. */
export interface LlmConfig {
  /** Base URL of an OpenAI-compatible server; empty for the built-in responder. */
  readonly endpoint: string;
  /** Model for requests that name none; empty for the first model that the server lists. */
  readonly model: string;
  /** Key for the endpoint; undefined if it needs none. Secret. */
  readonly apiKey: pulumi.Output<string> | undefined;
}

/** Reads the section of the language model. */
export function readLlm(
  { url, text, secret, hasSecret, wrong, unused }: ConfigReader,
  services: readonly Pick<StackService, "languageModel">[],
): LlmConfig {
  const [endpoint, model] = [url("llmEndpoint", "a service"), text("llmModel")];
  if (text("llmEndpoint") === "") {
    const expected = (what: string): string => `nothing without morgan:llmEndpoint, the server that ${what}`;
    if (model !== "") wrong("llmModel", expected("has the model"), `"${model}"`, SET_ENDPOINT);
    if (hasSecret("llmApiKey")) wrong("llmApiKey", expected("accepts the key"), "a key", SET_ENDPOINT);
  }
  if (endpoint !== "" && !services.some(({ languageModel }) => languageModel)) {
    unused("llmEndpoint", "no service of morgan:services calls a language model");
  }
  return { endpoint, model, apiKey: secret("llmApiKey", ASCII_WORD) };
}

const SET_ENDPOINT = "pulumi config set llmEndpoint …";

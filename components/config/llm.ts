import type * as pulumi from "@pulumi/pulumi";
import type { ConfigReader, ConfigSources } from "./reader.ts";

/** The language model behind the stack. */
export interface LlmConfig {
  /** Base URL of an OpenAI-compatible server; empty for the built-in responder. */
  readonly endpoint: string;
  /** Model for requests that name none; empty for the server's own choice. */
  readonly model: string;
  /** Key for the endpoint; undefined if it needs none. Secret. */
  readonly apiKey: pulumi.Output<string> | undefined;
}

/** Reads the section of the language model. */
export function readLlm({ url, text }: ConfigReader, sources: ConfigSources): LlmConfig {
  return { endpoint: url("llmEndpoint"), model: text("llmModel"), apiKey: sources.secret("llmApiKey") };
}

import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { field } from "../../../components/lib/json.ts";

/** The only model of the stand-in. */
export const TEST_MODEL = "tiny:latest";

/**
 * A stand-in for a language model's server. Like Ollama, it refuses another model and a request without a model. `note`
 * gets the body of each request before the answer.
 */
export function createModelServer(note: (body: unknown) => void): Server {
  return createServer((request, response) => {
    const answer = (status: number, content: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(content));
    };
    if (request.method !== "POST") {
      answer(200, { object: "list", data: [{ id: TEST_MODEL }] });
      return;
    }
    void json(request).then((body) => {
      note(body);
      const model = field(body, "model");
      if (model === TEST_MODEL) answer(200, { model, choices: [] });
      else answer(404, { error: { message: `model "${String(model)}" not found` } });
    });
  });
}

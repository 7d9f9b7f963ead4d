import type { RequestListener } from "node:http";
import { join } from "node:path";
import type { Engine } from "../../../components/engine/engine.ts";
import { engineAt } from "./config.ts";
import { useListening } from "./http-server.ts";
import type { Project } from "./project.ts";

/** Serves an engine's API at a socket of a suite's folder while its tests run. Returns the engine behind it. */
export function useEngineServer(project: Project, answer: RequestListener): () => Engine {
  const path = (): string => join(project.folder, "engine.sock");
  useListening(answer, () => ({ path: path() }));
  return () => engineAt(`unix://${path()}`);
}

import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { join } from "node:path";
import type { Engine } from "../../../components/engine/engine.ts";
import { engineAt } from "./config.ts";
import type { Project } from "./project.ts";

/** Serves an engine's API at a socket of a suite's folder while its tests run. Returns the engine behind it. */
export function useEngineServer(project: Project, answer: RequestListener): () => Engine {
  let server: Server;
  const path = (): string => join(project.folder, "engine.sock");
  before(async () => {
    server = createServer(answer);
    await once(server.listen(path()), "listening");
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return () => engineAt(`unix://${path()}`);
}

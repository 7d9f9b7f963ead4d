import { connectEngine, type Engine } from "./engine.ts";

/** Returns the engine that the environment of a program names. */
export function engineOf(env: NodeJS.ProcessEnv): Engine {
  return connectEngine(env["DOCKER_HOST"] ?? "");
}

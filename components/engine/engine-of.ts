import { engineAddress } from "../../toolchain/lib/engine-address.mjs";
import { connectEngine, type Engine } from "./engine.ts";

/** The engine that the environment of a program names, by the one rule of this project. */
export function engineOf(env: NodeJS.ProcessEnv): Engine {
  return connectEngine(() => engineAddress(env));
}

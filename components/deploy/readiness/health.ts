import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../engine/engine.ts";

/**
 * Returns the health of a service's container. The readiness gate watches new containers alone, so a container that has
 * stopped since then is a warning with its remedy.
 */
export async function serviceHealth(engine: Pick<Engine, "health">, service: string, id: string): Promise<string> {
  const health = await engine.health(id);
  if (health !== "healthy")
    await pulumi.log.warn(`${service} is ${health}; if it does not get healthy, an up with --refresh creates it again`);
  return health;
}

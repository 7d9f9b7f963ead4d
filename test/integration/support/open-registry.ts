import { randomBytes } from "node:crypto";
import { docker } from "./engine.ts";
import { registryImage } from "./private-registry.ts";
import { freePort } from "./project.ts";

/** A registry without a login on the loopback address, to which several stacks push. */
export class OpenRegistry {
  readonly name = `morgan-test-open-registry-${randomBytes(3).toString("hex")}`;
  readonly host: string;

  private constructor(port: number) {
    this.host = `127.0.0.1:${String(port)}`;
  }

  static async start(): Promise<OpenRegistry> {
    const registry = new OpenRegistry(await freePort());
    docker("run", "--detach", "--name", registry.name, "--publish", `${registry.host}:5000`, await registryImage());
    return registry;
  }

  remove(): void {
    docker("rm", "--force", "--volumes", this.name);
  }
}

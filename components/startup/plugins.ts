import command from "@pulumi/command/package.json" with { type: "json" };
import docker from "@pulumi/docker/package.json" with { type: "json" };
import * as pulumi from "@pulumi/pulumi";

/**
 * The packages whose default provider is used. Pulumi 3.259 starts the plugin of the version in the package. The images
 * have a provider of their own, which has another process.
 */
const PACKAGES = [command, docker];

/**
 * Makes Pulumi start its plugins while the preflight still checks the machine. By itself Pulumi 3.259 starts each
 * plugin with the first resource that needs it, one after the other. The invoked function does not exist: each plugin
 * returns an error, which is ignored, and nothing changes.
 */
export function startPlugins(): void {
  for (const {
    pulumi: { name, version },
  } of PACKAGES) {
    pulumi.runtime.invoke(`${name}:index:nothing`, {}, { version }).catch(() => undefined);
  }
}

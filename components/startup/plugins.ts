import command from "@pulumi/command/package.json" with { type: "json" };
import dockerBuild from "@pulumi/docker-build/package.json" with { type: "json" };
import docker from "@pulumi/docker/package.json" with { type: "json" };
import * as pulumi from "@pulumi/pulumi";

/** The packages with a plugin. Pulumi 3.259 starts the plugin of the version in the package. */
const PACKAGES = [command, docker, dockerBuild];

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

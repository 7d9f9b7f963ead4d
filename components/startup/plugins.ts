import command from "@pulumi/command/package.json" with { type: "json" };
import dockerBuild from "@pulumi/docker-build/package.json" with { type: "json" };
import docker from "@pulumi/docker/package.json" with { type: "json" };
import * as pulumi from "@pulumi/pulumi";

/** The packages that have a plugin, which Pulumi starts at the version that the package names. */
const PACKAGES = [command, docker, dockerBuild];

/**
 * Has Pulumi start its plugins while the preflight is still asking the machine; it would start each with the first resource
 * that needs it, one after the other. What they are asked for does not exist: the answer is no, and nothing is changed.
 */
export function startPlugins(): void {
  for (const {
    pulumi: { name, version },
  } of PACKAGES) {
    pulumi.runtime.invoke(`${name}:index:nothing`, {}, { version }).catch(() => undefined);
  }
}

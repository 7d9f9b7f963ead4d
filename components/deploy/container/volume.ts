import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Creates a volume and returns its name. It outlives its containers and, if it is protected, a destroy of the stack.
 */
export function createVolume(parent: pulumi.Resource, name: string, protect: boolean): pulumi.Output<string> {
  return new docker.Volume(name, {}, { parent, protect }).name;
}

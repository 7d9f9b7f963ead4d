import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** A volume, which outlives the containers that mount it, and a destroy too where it is protected; its name. */
export function createVolume(parent: pulumi.Resource, name: string, protect: boolean): pulumi.Output<string> {
  return new docker.Volume(name, {}, { parent, protect }).name;
}

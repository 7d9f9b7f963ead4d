import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { GATEWAY_FOLDER } from "../../catalog/image-contract.ts";
import { createFiles, type Files } from "../container/files.ts";
import type { StackContext } from "../container/stack-context.ts";
import { createVolume } from "../container/volume.ts";

/** Inputs of a gateway's files. */
export interface GatewayFilesArgs {
  readonly stack: StackContext;
  /** Contents by path. */
  readonly contents: Files["contents"];
  /** Image that the gateway runs, which checks its configuration. */
  readonly gatewayRef: pulumi.Input<string>;
}

/** A gateway's files, in a place that outlives them. */
export interface GatewayFiles {
  /** Name of the volume that is to be mounted at `GATEWAY_FOLDER`. */
  readonly volume: pulumi.Output<string>;
  /** There when they are on the volume, and a gateway that runs has taken them over. */
  readonly loaded: pulumi.Resource;
}

/**
 * Keeps the gateway's files on a volume, so that other files are no other container: a gateway that runs loads them
 * without losing a connection. They get there through a holder (see createFiles), which is a new one with every change,
 * and not by a command's input: they may hold secrets.
 */
export function createGatewayFiles(parent: pulumi.Resource, name: string, args: GatewayFilesArgs): GatewayFiles {
  const { stack, gatewayRef, contents } = args;
  const volume = createVolume(parent, `${name}-config`, false);
  const loaded = new command.local.Command(
    `${name}-config`,
    {
      create: "/bin/bash components/deploy/gateway/reload-config.sh",
      environment: {
        MORGAN_STACK: stack.name,
        MORGAN_IMAGE: gatewayRef,
        MORGAN_HOLDER: createFiles(parent, `${name}-files`, stack, { image: stack.filesImage, contents }),
        MORGAN_VOLUME: volume,
        MORGAN_FOLDER: GATEWAY_FOLDER,
      },
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { parent },
  );
  return { volume, loaded };
}

import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { GATEWAY_FOLDER, GATEWAY_NAME } from "../../catalog/image-contract.ts";
import { createFiles, type Files } from "../container/files.ts";
import type { StackContext } from "../container/stack-context.ts";
import { createVolume } from "../container/volume.ts";

/** Inputs of the gateway's files. */
export interface GatewayFilesArgs {
  readonly stack: StackContext;
  /** Contents by path. */
  readonly contents: Files["contents"];
  /** Ref of the gateway's image, with which the files are checked. */
  readonly gatewayRef: pulumi.Input<string>;
}

/** The gateway's files, on a volume. */
export interface GatewayFiles {
  /** Name of the volume. The gateway has to mount it at `GATEWAY_FOLDER`. */
  readonly volume: pulumi.Output<string>;
  /** Available when the files are on the volume and a running gateway has loaded them. */
  readonly loaded: pulumi.Resource;
}

/**
 * Keeps the gateway's files on a volume, so that changed files do not replace the gateway. A running gateway loads them
 * without losing a connection. A files container brings the files to the volume, and is replaced with every change. An
 * input of the command would show them in errors, and they may contain secrets.
 */
export function createGatewayFiles(parent: pulumi.Resource, name: string, args: GatewayFilesArgs): GatewayFiles {
  const { stack, gatewayRef, contents } = args;
  const volume = createVolume(parent, `${name}-config`, stack, false);
  const loaded = new command.local.Command(
    `${name}-config`,
    {
      create: "node components/deploy/gateway/reload/main.ts",
      environment: {
        MORGAN_IMAGE: gatewayRef,
        MORGAN_HOLDER: createFiles(parent, `${name}-files`, stack, { image: stack.filesImage, contents }),
        MORGAN_VOLUME: volume,
        MORGAN_FOLDER: GATEWAY_FOLDER,
        MORGAN_HOST_NAME: GATEWAY_NAME,
      },
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    // The plan names the settings. This would show the name of the container that has the files.
    { parent, hideDiffs: ["environment"] },
  );
  return { volume, loaded };
}

import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import { LOG_ROTATION } from "./log-rotation.ts";

/** Files that a container may read. */
export interface Files {
  /**
   * Any image; nothing of it is run. One that moves less often than that of the container which reads the files:
   * another image is another holder, and another holder is a rollout.
   */
  readonly image: pulumi.Input<string>;
  /** Contents by path, each in a folder that holds nothing else. */
  readonly contents: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Inputs of a holder of files. */
export interface FilesArgs extends Files {
  /** Name of the stack, for labels. */
  readonly stack: string;
}

/**
 * Keeps files in the anonymous volumes of a container that never starts, for another one to mount by this one's name.
 * The engine refuses an upload into a container whose root is read-only, and what is in the environment can be read by
 * everyone who may ask the engine.
 */
export function createFiles(parent: pulumi.Resource, name: string, args: FilesArgs): pulumi.Output<string> {
  const paths = Object.keys(args.contents);
  const folders = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/"))))];
  const holder = new docker.Container(
    name,
    {
      image: args.image,
      labels: stackLabels(args.stack, name),
      networkMode: "none",
      start: false,
      mustRun: false,
      volumes: folders.map((containerPath) => ({ containerPath })),
      uploads: Object.entries(args.contents).map(([file, content]) => ({ file, content, permissions: "0444" })),
      ...LOG_ROTATION,
    },
    { parent, deleteBeforeReplace: false },
  );
  return holder.name;
}

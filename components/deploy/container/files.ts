import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import { LOG_ROTATION } from "./log-rotation.ts";
import type { StackContext } from "./stack-context.ts";

/** Files that a container may read. */
export interface Files {
  /**
   * Any image; nothing of it is run. One that moves less often than that of the container which reads the files:
   * another image is another files container, and that is a rollout.
   */
  readonly image: pulumi.Input<string>;
  /** Contents by path, each in a folder that holds nothing else. */
  readonly contents: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Keeps files in the anonymous volumes of a container that never starts, for another one to mount by this one's name.
 * The engine refuses an upload into a container whose root is read-only, and what is in the environment can be read by
 * everyone who may ask the engine.
 */
export function createFiles(
  parent: pulumi.Resource,
  name: string,
  stack: Pick<StackContext, "name">,
  files: Files,
): pulumi.Output<string> {
  const paths = Object.keys(files.contents);
  const folders = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/"))))];
  const container = new docker.Container(
    name,
    {
      image: files.image,
      labels: stackLabels(stack.name, name),
      networkMode: "none",
      start: false,
      mustRun: false,
      volumes: folders.map((containerPath) => ({ containerPath })),
      uploads: Object.entries(files.contents).map(([file, content]) => ({ file, content, permissions: "0444" })),
      ...LOG_ROTATION,
    },
    { parent, deleteBeforeReplace: false },
  );
  return container.name;
}

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import { LOG_ROTATION } from "./log-rotation.ts";
import { present } from "./present.ts";
import type { StackContext } from "./stack-context.ts";

/** Files for a container. */
export interface Files {
  /**
   * Image of the files container; nothing in it runs. It should change less often than the image of the container that
   * reads the files, because another image replaces both containers.
   */
  readonly image: pulumi.Input<string>;
  /** Contents by path. Their folders contain no other files. */
  readonly contents: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Creates a files container. Docker 28.5 refuses an upload into a container with a read-only root, and everyone with
 * access to the engine can read the environment of a container.
 *
 * @returns the name of the files container, from which another container mounts the volumes.
 */
export function createFiles(
  parent: pulumi.Resource,
  name: string,
  stack: Pick<StackContext, "name" | "engine">,
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
  return pulumi.all([container.name, present(container, name, stack)]).apply(([files]) => files);
}

// Builds the local registry's image into the engine, because there is no registry yet that it could come from. Its name
// tells its contents, so an image that the engine has stays.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { engineOf } from "../../engine/engine-of.ts";
import { reportFailure } from "../../system/report-failure.ts";
import { succeeding } from "../../system/run-to-end.ts";
import { dockerClient } from "./docker.ts";
import { withAccess } from "./first-image.ts";
import type { RegistryImageTask } from "./task.ts";

const image = process.env["MORGAN_IMAGE"] ?? "";
const task = JSON.parse(await text(process.stdin)) as RegistryImageTask;
const { dockerfile, rootfs } = task;

await withAccess(task, async (workplace) => {
  if (await engineOf(process.env).hasImage(image)) return;
  const empty = join(workplace.work, "context");
  mkdirSync(empty);
  const folder = rootfs === undefined ? empty : await workplace.rootfs(rootfs);
  const docker = dockerClient(process.env);
  const options = ["--builder", "default", "--quiet", "--provenance=false", "--load", "--tag", image];
  const args = ["buildx", "build", ...options, ...workplace.buildArguments, "--file", "-", folder];
  await succeeding(docker(args, { input: dockerfile, show: true }), "the build of the registry's image");
}).catch(reportFailure);

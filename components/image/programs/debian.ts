import { readFileSync } from "node:fs";
import { join } from "node:path";
import { field, stringOr } from "../../lib/json.ts";
import { succeeding } from "../../system/run-to-end.ts";
import type { Docker } from "./docker.ts";
import type { Workplace } from "./first-image.ts";
import type { DebianImageTask } from "./task.ts";

const EXPORT = [
  "push=true",
  "oci-mediatypes=true",
  "compression=zstd",
  "compression-level=3",
  "force-compression=true",
  "name-canonical=true",
];

/**
 * Pushes the image and returns its digest. The digest of an earlier run stays if the registry has that image. Pulumi
 * passes it on only if the root file system and the repository are the same. Another machine without the root file
 * system would make it from today's packages, and so replace every image and container.
 */
export async function pushDebian(
  task: DebianImageTask,
  image: string,
  previous: string,
  workplace: Workplace,
  docker: Docker,
): Promise<string> {
  const { repository, builder, dockerfile } = task;
  if (previous !== "") {
    const { code } = await docker(["buildx", "imagetools", "inspect", "--raw", `${repository}@${previous}`]);
    if (code === 0) return previous;
  }
  const folder = await workplace.rootfs(task.rootfs);
  const metadata = join(workplace.work, "metadata.json");
  const options = ["--builder", builder, "--quiet", "--provenance=false", "--metadata-file", metadata];
  const output = ["--output", ["type=image", `name=${image}`, ...EXPORT].join(",")];
  const args = ["buildx", "build", ...options, ...workplace.buildArguments, ...output, "--file", "-", folder];
  await succeeding(docker(args, { input: dockerfile, show: true }), `the push of ${image}`);
  return stringOr(field(JSON.parse(readFileSync(metadata, "utf8")), "containerimage.digest"), "");
}

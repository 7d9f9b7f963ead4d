// Pushes Debian's root file system as an image, and prints the image's digest.
import { text } from "node:stream/consumers";
import { reportFailure } from "../../system/report-failure.ts";
import { pushDebian } from "./debian.ts";
import { dockerClient } from "./docker.ts";
import { withAccess } from "./first-image.ts";
import { loggedIn } from "./login.ts";
import type { DebianImageTask } from "./task.ts";

const { MORGAN_IMAGE: image = "", PULUMI_COMMAND_STDOUT: previous = "" } = process.env;
const task = JSON.parse(await text(process.stdin)) as DebianImageTask;

await withAccess(task, async (workplace) => {
  const docker = dockerClient(loggedIn(process.env, task.login, workplace.work));
  console.log(await pushDebian(task, image, previous, workplace, docker));
}).catch(reportFailure);

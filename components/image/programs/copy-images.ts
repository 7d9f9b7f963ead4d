// Copies the images of a release to this stack's repository. The task comes as JSON.
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { engineOf } from "../../engine/engine-of.ts";
import { reportFailure } from "../../system/report-failure.ts";
import { withWorkFolder } from "../../system/work-folder.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { copyImages, parseCopies } from "./copy.ts";
import { dockerClient } from "./docker.ts";
import { loggedIn } from "./login.ts";
import type { CopyTask } from "./task.ts";

const { login } = JSON.parse(await text(process.stdin)) as CopyTask;
const { env } = process;
const engine = engineOf(env);

await withWorkFolder(temporaryFolder(), async (work) => {
  const docker = dockerClient(loggedIn(env, login, work));
  const report = (line: string): void => {
    console.error(line);
  };
  const inEngine = async (name: string): Promise<string> => (await engine.imageId(name)) ?? "";
  await copyImages(parseCopies(env["MORGAN_COPIES"] ?? ""), { docker, inEngine, sleep, report });
}).catch(reportFailure);

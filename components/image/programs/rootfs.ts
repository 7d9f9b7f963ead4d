import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { runToEnd, succeeding } from "../../system/run-to-end.ts";
import type { RootfsTask } from "./task.ts";

/** The machine on which a root file system is made. */
export interface RootfsMachine {
  /** Folder in which root file systems are kept between runs. */
  readonly cache: string;
  /** Its platform, by Node's names: "linux-x64". */
  readonly platform: string;
  /** Architecture of the engine, by Go's name: "amd64", "arm64". */
  readonly architecture: string;
}

const REMEDY =
  "run this on Debian with the engine's architecture after `npm run setup`, or take upstream images with " +
  "`pulumi config set baseImages registry`";

/** Returns the name of a root file system in the cache. */
export function rootfsName({ key }: RootfsTask, architecture: string): string {
  return architecture === "amd64" ? key : `${key}-${architecture}`;
}

/**
 * Returns the folder with `rootfs.tar`. A root file system that the cache lacks is made with mmdebstrap, on Debian.
 *
 * @param variables - those of apt-access.sh.
 * @throws Error if there is no mmdebstrap, or if it fails.
 */
export async function makeRootfs(
  task: RootfsTask,
  { cache, platform, architecture }: RootfsMachine,
  variables: Readonly<Record<string, string>>,
  sourceDateEpoch: string,
): Promise<string> {
  const name = rootfsName(task, architecture);
  const folder = join(cache, `debian-${name}`);
  if ((statSync(join(folder, "rootfs.tar"), { throwIfNoEntry: false })?.size ?? 0) > 0) return folder;
  if (platform !== `linux-${architecture === "amd64" ? "x64" : architecture}`) {
    throw new Error(`the root file system of linux/${architecture} cannot be made on ${platform}: ${REMEDY}`);
  }
  await runToEnd("mmdebstrap", ["--version"]).catch(() => {
    throw new Error(`this machine lacks mmdebstrap, which makes the root file system: ${REMEDY}`);
  });
  const env = {
    ...process.env,
    ...variables,
    MORGAN_ROOTFS: name,
    MORGAN_CACHE: cache,
    SOURCE_DATE_EPOCH: sourceDateEpoch,
  };
  const script = ["apt-access.sh", "rootfs.sh"].map(readScript).join("");
  await succeeding(runToEnd("bash", ["-c", script], { env, show: true }), "mmdebstrap");
  return folder;
}

function readScript(name: string): string {
  return readFileSync(new URL(`../bootstrap/${name}`, import.meta.url), "utf8");
}

import { spawn } from "node:child_process";
import { dirname, parse } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { isShared, makeRunFolder, removeEndedRuns } from "./run-folder.ts";

const CLEAN_UP = fileURLToPath(new URL("clean-up.ts", import.meta.url));

/** A run of Pulumi that this program is a part of. */
export interface Run {
  /** Folder for the temporary files of the builds, which the build provider gets; empty if there is none. */
  readonly temporary: string;
  /** Address of Pulumi's engine; empty if Pulumi does not run this program. */
  readonly pulumi: string;
}

/**
 * Removes what earlier runs have left, and prepares the folder for the temporary files of this run. A command of this
 * project removes the folder when Pulumi has ended. After a plain Pulumi, a process of its own does.
 */
export async function enterRun({ temporary, pulumi: engine }: Run, isPreview: boolean): Promise<void> {
  if (temporary === "") {
    if (!isPreview) void pulumi.log.warn(WARNING);
    return;
  }
  const runs = dirname(temporary);
  await removeEndedRuns(runs);
  if (isPreview || engine === "") return;
  makeRunFolder(temporary, engine);
  if (!isShared(temporary)) return;
  // In another folder than the checkout, so that nobody takes the process for a plugin that was left behind.
  const options = { detached: true, stdio: "ignore", cwd: parse(temporary).root } as const;
  spawn(process.execPath, [CLEAN_UP, runs, engine], options).unref();
}

const WARNING =
  "builds leave a copy of the Docker client's credentials in the system's temporary folder, because MORGAN_TMPDIR is " +
  'not set: run eval "$(./morgan env)" in this shell first';

// Chooses the source of base images for new stacks of a checkout. A stack that is up keeps the source that it has.
import { rmSync } from "node:fs";
import { engineAddress } from "../lib/engine-address.mjs";
import { BASE_IMAGES, recordedBaseImages } from "../lib/environment.mjs";
import { writeWhole } from "../lib/files.mjs";
import { setting } from "../lib/paths.mjs";
import { which } from "../lib/process.mjs";
import { SetupError, missing, print } from "../lib/report.mjs";
import { aptInstall, canUseApt } from "./apt.mjs";
import { registryReachable } from "./engine-api.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export async function chooseBaseImages(at, env) {
  const recorded = recordedBaseImages(at);
  const baseImages = await decide({
    named: named(env),
    recorded,
    reachesRegistry: () => registryReachable(engineAddress(env)),
    makesDebian: () => installBootstrap(at),
  });
  if (baseImages === recorded) return;
  if (baseImages === undefined) {
    print("no image registry answers, and Debian's mmdebstrap is not here: a new stack cannot get base images now");
    rmSync(at.machine, { force: true });
    return;
  }
  print(
    baseImages === "registry"
      ? "base images of new stacks come from the image registry"
      : "base images of new stacks are made from Debian packages",
  );
  writeWhole(at.machine, `${JSON.stringify({ baseImages }, undefined, 2)}\n`);
}

/**
 * Returns the source to record; undefined if none can be used now, so that the next set-up decides. A recorded source
 * stays while it can be used.
 * @param {{ named: string | undefined, recorded: string | undefined, reachesRegistry: () => Promise<boolean>, makesDebian: () => Promise<boolean> }} facts
 * @returns {Promise<string | undefined>}
 */
export async function decide({ named, recorded, reachesRegistry, makesDebian }) {
  const choice = named ?? recorded;
  if (choice === "registry") return choice;
  if (choice === "debian" && (await makesDebian())) return choice;
  if (named !== undefined) throw missing("mmdebstrap (a Debian package), which makes base images of Debian");
  if (await reachesRegistry()) return "registry";
  return (await makesDebian()) ? "debian" : undefined;
}

/** @param {NodeJS.ProcessEnv} env */
function named(env) {
  const choice = setting(env, "MORGAN_BASE_IMAGES");
  if (choice && !BASE_IMAGES.includes(choice)) {
    throw new SetupError(`MORGAN_BASE_IMAGES has to be ${BASE_IMAGES.join(" or ")}; it is ${choice}`);
  }
  return choice;
}

/**
 * Returns true if mmdebstrap is there, which this installs if it can.
 * @param {Paths} at
 */
async function installBootstrap(at) {
  if (which("mmdebstrap")) return true;
  if (!canUseApt()) return false;
  print("installing mmdebstrap from Debian packages (about 10 s)");
  await aptInstall(at, ["mmdebstrap"]);
  return true;
}

// Chooses the source of the base images, once for a checkout.
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
  const baseImages = chosen(env) ?? recorded ?? (await probe(env));
  if (baseImages !== recorded) writeWhole(at.machine, `${JSON.stringify({ baseImages }, undefined, 2)}\n`);
  if (baseImages === "debian" && !which("mmdebstrap")) await installBootstrap(at);
}

/** @param {NodeJS.ProcessEnv} env */
function chosen(env) {
  const choice = setting(env, "MORGAN_BASE_IMAGES");
  if (choice && !BASE_IMAGES.includes(choice)) {
    throw new SetupError(`MORGAN_BASE_IMAGES has to be ${BASE_IMAGES.join(" or ")}; it is ${choice}`);
  }
  return choice;
}

/** @param {NodeJS.ProcessEnv} env */
async function probe(env) {
  const reachable = await registryReachable(engineAddress(env));
  print(
    reachable
      ? "base images come from the image registry"
      : "no image registry answers: base images are made from Debian packages",
  );
  return reachable ? "registry" : "debian";
}

/** @param {Paths} at */
async function installBootstrap(at) {
  if (!canUseApt())
    throw missing("mmdebstrap (a Debian package), which makes base images if no image registry answers");
  print("installing mmdebstrap from Debian packages (about 10 s)");
  await aptInstall(at, ["mmdebstrap"]);
}

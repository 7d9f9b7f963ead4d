// What is decided once for a machine: where base images come from.
import { existsSync, readFileSync } from "node:fs";
import { aptInstall, canUseApt } from "./apt.mjs";
import { DEFAULT_HOST, registryReachable } from "./engine-api.mjs";
import { writeWhole } from "./files.mjs";
import { which } from "./process.mjs";
import { SetupError, say } from "./report.mjs";

const CHOICES = ["debian", "registry"];

export async function chooseBaseImages(at, env) {
  const recorded = existsSync(at.machine) ? JSON.parse(readFileSync(at.machine, "utf8")) : {};
  const baseImages = chosen(env) ?? recorded.baseImages ?? (await probe(env));
  if (baseImages !== recorded.baseImages) {
    writeWhole(at.machine, `${JSON.stringify({ ...recorded, baseImages }, undefined, 2)}\n`);
  }
  if (baseImages === "debian" && !which("mmdebstrap")) await installBootstrap(at);
}

function chosen({ MORGAN_BASE_IMAGES: choice }) {
  if (choice && !CHOICES.includes(choice)) {
    throw new SetupError(`MORGAN_BASE_IMAGES has to be ${CHOICES.join(" or ")}; it is ${choice}`);
  }
  return choice || undefined;
}

async function probe(env) {
  const reachable = await registryReachable(env.DOCKER_HOST || DEFAULT_HOST);
  say(reachable ? "base images come from the image registry" : "no image registry answers: base images are made from Debian packages");
  return reachable ? "registry" : "debian";
}

async function installBootstrap(at) {
  if (!canUseApt()) throw new SetupError("mmdebstrap (a Debian package), which makes base images where no image registry answers");
  say("installing mmdebstrap from Debian packages (about 10 s)");
  await aptInstall(at, ["mmdebstrap"]);
}

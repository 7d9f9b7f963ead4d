import type { MorganConfig } from "../config/config.ts";
import type { Problem } from "../lib/errors.ts";

/** Go's names of the architectures for which images can be built, each with Node's name. */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };

/**
 * Checks that images can be built for the engine's architecture, and the first one on this machine.
 *
 * @param architecture - the engine's, by Go's name.
 * @param isNew - true if the stack has made no image yet.
 */
export function checkPlatform(
  { accelerator, images, machine }: Pick<MorganConfig, "accelerator" | "images" | "machine">,
  architecture: string,
  isNew: boolean,
): Problem[] {
  const name = ARCHITECTURES[architecture];
  if (name === undefined) {
    const fix = "choose another engine with DOCKER_HOST or a docker context";
    return [{ key: "container engine", expected: "an engine of amd64 or arm64", found: `one of ${architecture}`, fix }];
  }
  const cuda: Problem = {
    key: "morgan:accelerator",
    expected: '"cpu" for an engine of arm64: the lock files for CUDA have wheels for amd64 alone',
    found: '"cuda"',
    fix: "pulumi config set accelerator cpu, or choose an engine of amd64",
  };
  const debian: Problem = {
    key: "morgan:baseImages",
    expected: `"registry", or a first up on linux-${name}, where mmdebstrap can make the engine's root file system`,
    found: `"debian" on ${machine.platform}`,
    fix: "pulumi config set baseImages registry",
  };
  return [
    ...(accelerator === "cuda" && architecture !== "amd64" ? [cuda] : []),
    ...(isNew && images.base.kind === "debian" && machine.platform !== `linux-${name}` ? [debian] : []),
  ];
}

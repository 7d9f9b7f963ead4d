import type { Engine } from "../../components/engine/engine.ts";
import { isLocal } from "../../components/lib/engine-address.ts";
import { isEngineOnly } from "../../components/lib/image-reference.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";
import type { StackName } from "../lib/stack-name.ts";
import type { RecordedImage } from "./recorded-images.ts";
import { readState } from "./state.ts";

/**
 * Deploys, and makes again the images that are gone from the registry, or from the engine if they are in no registry.
 * If the registry itself was gone, the first deployment brings it back, and a second one may follow.
 *
 * @param deploy deploys with more flags of Pulumi and returns the exit code.
 * @returns the exit code of the last deployment.
 */
export async function withMissingImages(
  engine: Engine,
  stack: StackName,
  deploy: (flags: readonly string[]) => Promise<number>,
): Promise<number> {
  const before = await findImages(engine, stack);
  const code = await deploy(replacing(before));
  if (before.complete) return code;
  const after = await findImages(engine, stack);
  // The first deployment has already checked the copied images.
  return after.missing.length === 0 ? code : deploy(replacing({ ...after, unchecked: [] }));
}

function replacing({ missing, unchecked }: Findings): string[] {
  for (const { tag, copied } of missing) {
    console.error(`gone, or another image by now: ${tag}; it is ${copied ? "copied" : "made"} again`);
  }
  return [...new Set([...missing, ...unchecked].map(({ urn }) => `--replace=${urn}`))];
}

interface Findings {
  /** Images that are not in their place, or whose tag names another image now. */
  readonly missing: readonly RecordedImage[];
  /** Images that only the copy itself can check: it logs in, and copies what is missing. */
  readonly unchecked: readonly RecordedImage[];
  /** True if every image could be checked. */
  readonly complete: boolean;
}

/**
 * Checks each image of the state. Images in a registry on loopback are checked here or by a remote engine, because @pulumi/docker-build
 * 0.0.22 refreshes over TLS alone. In any other registry the provider checks them.
 */
async function findImages(engine: Engine, stack: StackName): Promise<Findings> {
  const { images } = await readState(stack);
  const found = await Promise.all(images.map(async (image) => ({ image, is: await placeOf(engine, image) })));
  const imagesThatAre = (which: Place): RecordedImage[] =>
    found.filter(({ is }) => is === which).map(({ image }) => image);
  return {
    missing: imagesThatAre("missing"),
    unchecked: imagesThatAre("unchecked"),
    complete: found.every(({ is }) => is !== "unknown"),
  };
}

type Place = "there" | "missing" | "unchecked" | "unknown";

async function placeOf(engine: Engine, { tag, digest, copied }: RecordedImage): Promise<Place> {
  const [, host, repository = "", name = ""] = LOOPBACK.exec(tag) ?? [];
  // The loopback address of an engine on another machine is not this machine's.
  if (host !== undefined && !isLocal(engineAddress(process.env).host)) return throughEngine(engine, tag, digest);
  if (host !== undefined) return inRegistry(`http://${host}/v2/${repository}/manifests/${name}`, digest);
  if (copied) return "unchecked";
  return isEngineOnly(tag) || !REGISTRY.test(tag) ? inEngine(engine, tag) : "there";
}

const LOOPBACK = /^((?:127(?:\.\d+){3}|localhost)(?::\d+)?)\/(.+):([^:/]+)$/;
/**
 * The first part of a name is a host if it has a dot or a port. The state of an older checkout has a name of the
 * engine's own without a host.
 */
const REGISTRY = /^[^/]*[.:][^/]*\//;

const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Checks tag and digest at once: the registry follows the tag to the manifest. */
async function inRegistry(url: string, digest: string): Promise<Place> {
  try {
    const options = { method: "HEAD", headers: { accept: MANIFESTS }, signal: AbortSignal.timeout(10_000) };
    const { status, headers } = await fetch(url, options);
    if (status === 404) return "missing";
    if (status !== 200) return "unknown";
    return headers.get("docker-content-digest") === digest ? "there" : "missing";
  } catch {
    return "unknown";
  }
}

async function throughEngine(engine: Engine, tag: string, digest: string): Promise<Place> {
  try {
    return (await engine.registryDigest(tag)) === digest ? "there" : "missing";
  } catch {
    return "unknown";
  }
}

async function inEngine(engine: Engine, name: string): Promise<Place> {
  try {
    return (await engine.hasImage(name)) ? "there" : "missing";
  } catch {
    return "unknown";
  }
}

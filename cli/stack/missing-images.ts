import { execute } from "../lib/run-program.ts";
import { readState, type RecordedImage } from "./state.ts";

/**
 * Deploys, and has the images made again that are gone: in the registry, or in the engine for one that is in no
 * registry. A registry that was gone as well can be asked once it is back, and a second deployment may follow.
 *
 * @param deploy deploys with more flags of Pulumi; gives its exit code.
 * @returns the exit code of the last deployment.
 */
export async function withMissingImages(
  stack: string,
  deploy: (flags: readonly string[]) => Promise<number>,
): Promise<number> {
  const before = await lookForImages(stack);
  const code = await deploy(replacing(before));
  if (before.complete) return code;
  const after = await lookForImages(stack);
  // The copy asked for its own in the first one.
  return after.missing.length === 0 ? code : deploy(replacing({ ...after, unasked: [] }));
}

function replacing({ missing, unasked }: Look): string[] {
  for (const { tag, copied } of missing) {
    console.error(`gone, or another image by now: ${tag}; it is ${copied ? "copied" : "made"} again`);
  }
  return [...new Set([...missing, ...unasked].map(({ urn }) => `--replace=${urn}`))];
}

interface Look {
  /** Images that are not where they were put, or whose tag names something else now. */
  readonly missing: readonly RecordedImage[];
  /** Images that nobody can ask for but the copy itself, which logs in, and copies what is not there. */
  readonly unasked: readonly RecordedImage[];
  /** Whether all could be asked for. */
  readonly complete: boolean;
}

/**
 * Looks for each image that the state knows. In a registry on loopback the provider, which refreshes what it made, asks
 * over TLS and learns nothing; in any other it asks itself.
 */
async function lookForImages(stack: string): Promise<Look> {
  const { images } = await readState(stack);
  const found = await Promise.all(images.map(async (image) => ({ image, is: await whereabouts(image) })));
  const those = (which: Whereabouts): RecordedImage[] =>
    found.filter(({ is }) => is === which).map(({ image }) => image);
  return {
    missing: those("missing"),
    unasked: those("unasked"),
    complete: found.every(({ is }) => is !== "unknown"),
  };
}

type Whereabouts = "there" | "missing" | "unasked" | "unknown";

async function whereabouts({ tag, digest, copied }: RecordedImage): Promise<Whereabouts> {
  const [, host, repository = "", name = ""] = LOOPBACK.exec(tag) ?? [];
  if (host !== undefined) return inRegistry(`http://${host}/v2/${repository}/manifests/${name}`, digest);
  if (copied) return "unasked";
  return REGISTRY.test(tag) ? "there" : inEngine(tag);
}

const LOOPBACK = /^((?:127(?:\.\d+){3}|localhost)(?::\d+)?)\/(.+):([^:/]+)$/;
/** The first part of a name is a host if it has a dot or a port. */
const REGISTRY = /^[^/]*[.:][^/]*\//;

const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** A tag that names the digest shows both: the registry follows it to the manifest. */
async function inRegistry(url: string, digest: string): Promise<Whereabouts> {
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

async function inEngine(name: string): Promise<Whereabouts> {
  const { code, stderr } = await execute("docker", ["image", "inspect", "--format", "{{.Id}}", name]);
  if (code === 0) return "there";
  return /no such image/i.test(stderr) ? "missing" : "unknown";
}

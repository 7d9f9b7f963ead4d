import { spawnSync } from "node:child_process";

/** The writes to a registry, in the order of its access log. */
export interface Traffic {
  /** Blobs that were uploaded. */
  readonly uploads: readonly { readonly repository: string; readonly digest: string }[];
  /** Blobs that were mounted from another repository, without an upload. */
  readonly mounts: readonly { readonly repository: string; readonly digest: string; readonly from: string }[];
  /** Manifests, by the tag or digest under which they were put. */
  readonly manifests: readonly { readonly repository: string; readonly reference: string }[];
}

/** Returns the writes since then to the registry in a container. */
export function trafficSince(container: string, since: Date): Traffic {
  // The access log and the warnings are on different streams, and versions of the registry swap the streams.
  const { stdout, stderr, status } = spawnSync("docker", ["logs", "--since", since.toISOString(), container], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`no log of the registry ${container}: ${stderr}`);
  return parseAccessLog(stdout + stderr);
}

const ACCESS = /"(?<method>POST|PUT|PATCH) (?<target>\S+) HTTP\/[\d.]+" 201 /;

/** Reads an access log in the combined format. A write that was refused, or did not end, does not count. */
export function parseAccessLog(log: string): Traffic {
  const writes = log.split("\n").flatMap((line) => {
    const { method, target } = ACCESS.exec(line)?.groups ?? {};
    return method === undefined || target === undefined ? [] : [readWrite(method, new URL(target, "http://registry"))];
  });
  return {
    uploads: writes.flatMap(({ upload }) => upload ?? []),
    mounts: writes.flatMap(({ mount }) => mount ?? []),
    manifests: writes.flatMap(({ manifest }) => manifest ?? []),
  };
}

interface Write {
  readonly upload?: Traffic["uploads"][number];
  readonly mount?: Traffic["mounts"][number];
  readonly manifest?: Traffic["manifests"][number];
}

function readWrite(method: string, { pathname, searchParams }: URL): Write {
  const [, repository = "", kind, reference = ""] =
    /^\/v2\/(.+)\/(manifests|blobs\/uploads)\/(.*)$/.exec(pathname) ?? [];
  const digest = searchParams.get("digest");
  const mounted = searchParams.get("mount");
  if (kind === "manifests" && method === "PUT") return { manifest: { repository, reference } };
  if (mounted !== null) return { mount: { repository, digest: mounted, from: searchParams.get("from") ?? "" } };
  return digest === null ? {} : { upload: { repository, digest } };
}

/** Returns the bytes of everything that was written to the registry "host[:port]/project" on loopback. */
export async function bytesOf({ uploads, manifests }: Traffic, registry: string): Promise<number> {
  const host = registry.split("/")[0] ?? "";
  const paths = [
    ...uploads.map(({ repository, digest }) => `${repository}/blobs/${digest}`),
    ...manifests.map(({ repository, reference }) => `${repository}/manifests/${reference}`),
  ];
  const sizes = paths.map(async (path) => {
    const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
    const answer = await fetch(`http://${host}/v2/${path}`, { method: "HEAD", headers });
    if (!answer.ok) throw new Error(`${String(answer.status)} for ${path}`);
    return Number(answer.headers.get("content-length"));
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

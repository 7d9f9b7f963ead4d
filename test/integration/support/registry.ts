/** A layer or a configuration in a registry. */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes, as it is pushed. */
  readonly size: number;
}

/** An image's manifest. */
export interface Manifest {
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

/** The manifest of "host/repository[:tag]@digest" or "host/repository:tag" in a registry on loopback. */
export async function manifestOf(reference: string): Promise<Manifest> {
  const [, host = "", repository = "", tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference) ?? [];
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${digest ?? tag ?? "latest"}`, {
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
  });
  if (!response.ok) throw new Error(`${String(response.status)} for ${reference}`);
  return (await response.json()) as Manifest;
}

/** Blobs of one manifest that another does not have: what had to be pushed. */
export function newBlobs(after: Manifest, before: Manifest): Blob[] {
  const known = new Set([before.config, ...before.layers].map(({ digest }) => digest));
  return [after.config, ...after.layers].filter(({ digest }) => !known.has(digest));
}

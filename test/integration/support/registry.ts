/** A layer or a configuration in a registry. */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes in the registry. */
  readonly size: number;
}

/** The manifest of an image. */
export interface Manifest {
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

const ACCEPT = { accept: "application/vnd.oci.image.manifest.v1+json" };

/** Returns the manifest of "host/repository[:tag]@digest" or "host/repository:tag" in a registry on loopback. */
export async function manifestOf(reference: string): Promise<Manifest> {
  const response = await requestManifest(reference);
  if (!response.ok) throw new Error(`${String(response.status)} for ${reference}`);
  return (await response.json()) as Manifest;
}

/** Returns the digest of a tag; undefined if there is no such tag. */
export async function digestOf(reference: string): Promise<string | undefined> {
  return (await requestManifest(reference, { method: "HEAD" })).headers.get("docker-content-digest") ?? undefined;
}

/** Removes the manifest that a tag names. */
export async function removeManifest(reference: string): Promise<void> {
  const digest = (await digestOf(reference)) ?? "";
  const { status } = await requestManifest(reference.replace(/:[^:/]+$/, `@${digest}`), { method: "DELETE" });
  if (status !== 202) throw new Error(`${String(status)} for the removal of ${reference}`);
}

/** Points a tag to the manifest of another tag. */
export async function moveTag(reference: string, to: string): Promise<void> {
  const body = await (await requestManifest(to)).text();
  const { status } = await requestManifest(reference, {
    method: "PUT",
    body,
    headers: { "content-type": ACCEPT.accept },
  });
  if (status !== 201) throw new Error(`${String(status)} for the move of ${reference}`);
}

function requestManifest(reference: string, options: RequestInit = {}): Promise<Response> {
  const [, host = "", repository = "", tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference) ?? [];
  return fetch(`http://${host}/v2/${repository}/manifests/${digest ?? tag ?? "latest"}`, {
    headers: ACCEPT,
    ...options,
  });
}

/** Returns the blobs of a manifest that the manifest before does not have. */
export function newBlobs(after: Manifest, before: Manifest): Blob[] {
  const known = new Set([before.config, ...before.layers].map(({ digest }) => digest));
  return [after.config, ...after.layers].filter(({ digest }) => !known.has(digest));
}

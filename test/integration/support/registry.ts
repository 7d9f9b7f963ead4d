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

const ACCEPT = { accept: "application/vnd.oci.image.manifest.v1+json" };

/** The manifest of "host/repository[:tag]@digest" or "host/repository:tag" in a registry on loopback. */
export async function manifestOf(reference: string): Promise<Manifest> {
  const response = await ask(reference);
  if (!response.ok) throw new Error(`${String(response.status)} for ${reference}`);
  return (await response.json()) as Manifest;
}

/** The digest that a tag names; undefined where there is no such tag. */
export async function digestOf(reference: string): Promise<string | undefined> {
  return (await ask(reference, { method: "HEAD" })).headers.get("docker-content-digest") ?? undefined;
}

/** Removes what a tag names. */
export async function removeManifest(reference: string): Promise<void> {
  const digest = (await digestOf(reference)) ?? "";
  const { status } = await ask(reference.replace(/:[^:/]+$/, `@${digest}`), { method: "DELETE" });
  if (status !== 202) throw new Error(`${String(status)} for the removal of ${reference}`);
}

/** Makes a tag name what another one does. */
export async function moveTag(reference: string, to: string): Promise<void> {
  const body = await (await ask(to)).text();
  const { status } = await ask(reference, { method: "PUT", body, headers: { "content-type": ACCEPT.accept } });
  if (status !== 201) throw new Error(`${String(status)} for the move of ${reference}`);
}

function ask(reference: string, options: RequestInit = {}): Promise<Response> {
  const [, host = "", repository = "", tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference) ?? [];
  return fetch(`http://${host}/v2/${repository}/manifests/${digest ?? tag ?? "latest"}`, {
    headers: ACCEPT,
    ...options,
  });
}

/** Blobs of one manifest that another does not have: what had to be pushed. */
export function newBlobs(after: Manifest, before: Manifest): Blob[] {
  const known = new Set([before.config, ...before.layers].map(({ digest }) => digest));
  return [after.config, ...after.layers].filter(({ digest }) => !known.has(digest));
}

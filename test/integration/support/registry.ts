import { execFileSync } from "node:child_process";
import { docker } from "./engine.ts";

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

/** Removes the manifest that a tag names in a stack's own registry. */
export async function removeManifest(reference: string): Promise<void> {
  const digest = (await digestOf(reference)) ?? "";
  writeManifest("DELETE", reference.replace(/:[^:/]+$/, `@${digest}`), "");
}

/** Points a tag to the manifest of another tag in a stack's own registry. */
export async function moveTag(reference: string, to: string): Promise<void> {
  const body = await (await requestManifest(to)).text();
  writeManifest("PUT", reference, body);
}

/** Writes past the guard of a stack's own registry, from inside of its container. */
function writeManifest(method: "PUT" | "DELETE", reference: string, body: string): void {
  const { host, path } = addressOf(reference);
  const [, port = ""] = host.split(":");
  const container = docker("ps", "--quiet", "--filter", `publish=${port}`).trim();
  const request = [
    `${method} ${path} HTTP/1.0`,
    `host: ${host}`,
    `content-type: ${ACCEPT.accept}`,
    `content-length: ${String(Buffer.byteLength(body))}`,
  ].join("\r\n");
  const connect = "exec 3<>/dev/tcp/127.0.0.1/5001; cat >&3; head -1 <&3";
  const answer = execFileSync("docker", ["exec", "--interactive", container, "bash", "-c", connect], {
    input: `${request}\r\n\r\n${body}`,
    encoding: "utf8",
  });
  if (!/ 20[12] /.test(answer)) throw new Error(`${answer} for ${method} of ${reference}`);
}

function requestManifest(reference: string, options: RequestInit = {}): Promise<Response> {
  const { host, path } = addressOf(reference);
  return fetch(`http://${host}${path}`, { headers: ACCEPT, ...options });
}

function addressOf(reference: string): { readonly host: string; readonly path: string } {
  const [, host = "", repository = "", tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference) ?? [];
  return { host, path: `/v2/${repository}/manifests/${digest ?? tag ?? "latest"}` };
}

/** Returns the blobs of a manifest that the manifest before does not have. */
export function newBlobs(after: Manifest, before: Manifest): Blob[] {
  const known = new Set([before.config, ...before.layers].map(({ digest }) => digest));
  return [after.config, ...after.layers].filter(({ digest }) => !known.has(digest));
}

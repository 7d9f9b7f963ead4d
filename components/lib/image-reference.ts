/** Where images are pushed: a registry's host with its port, and the path below which the repositories lie. */
export interface Registry {
  /** Host and, unless it is the default, port: "127.0.0.1:5101", "harbor.example.com". */
  readonly host: string;
  /** Path below the host, without slashes at its ends: "morgan". */
  readonly project: string;
}

/** A registry as it is configured: one that the stack runs itself on a port of the loopback address, or another. */
export type RegistryConfig =
  { readonly kind: "local"; readonly port: number } | ({ readonly kind: "remote" } & Registry);

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::[0-9]{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Parses "host[:port]/project[/more]"; undefined where it is not of that form. */
export function parseRegistry(text: string): Registry | undefined {
  const [host = "", ...path] = text.split("/");
  const isHost = HOST.test(host) && (host.includes(".") || host.includes(":") || host === "localhost");
  if (!isHost || path.length === 0 || !path.every((part) => COMPONENT.test(part))) return undefined;
  return { host, project: path.join("/") };
}

/** Where images are pushed to the registry that is configured. */
export function registryOf(config: RegistryConfig): Registry {
  return config.kind === "remote" ? config : { host: `127.0.0.1:${String(config.port)}`, project: "morgan" };
}

/**
 * The one repository of all images, "127.0.0.1:5101/morgan/images": a layer that is there for one stage is there for all
 * that stand on it. From one repository to another BuildKit would send it again, since it notes where a layer lies only
 * when that is gzip.
 */
export function repository(registry: Registry): string {
  return `${registry.host}/${registry.project}/images`;
}

/** An image in it, "127.0.0.1:5101/morgan/images:core.dev": no stage has a dot in its name. */
export function tagged(registry: Registry, stage: string, tag: string): string {
  return `${repository(registry)}:${stage}.${tag}`;
}

/** The digest at the end of "repository[:tag]@sha256:…"; undefined where the reference has none. */
export function digestOf(reference: string): string | undefined {
  const at = reference.lastIndexOf("@");
  const digest = reference.slice(at + 1);
  return at > 0 && DIGEST.test(digest) ? digest : undefined;
}

/** Whether a reference names its content by digest, so that it can never mean another image tomorrow. */
export function isPinned(reference: string): boolean {
  return digestOf(reference) !== undefined;
}

/** A reference without its tag, "repository@sha256:…": a tag that moves must not look like a change. */
export function withoutTag(reference: string): string {
  const [name = "", digest] = reference.split("@");
  const colon = name.lastIndexOf(":");
  const bare = colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
  return digest === undefined ? bare : `${bare}@${digest}`;
}

/** A registry to which images are pushed: its host, and the path of the repositories. */
export interface Registry {
  /** Host and, unless it is the default, port: "127.0.0.1:5101", "harbor.example.com". */
  readonly host: string;
  /** Path below the host, without slashes at its ends: "morgan". */
  readonly project: string;
}

/** A configured registry: the stack's own on a port of the loopback address, or another. */
export type RegistryConfig =
  { readonly kind: "local"; readonly port: number } | ({ readonly kind: "remote" } & Registry);

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::[0-9]{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Parses "host[:port]/project[/more]"; undefined for any other form. */
export function parseRegistry(text: string): Registry | undefined {
  const [host = "", ...path] = text.split("/");
  const isHost = HOST.test(host) && (host.includes(".") || host.includes(":") || host === "localhost");
  if (!isHost || path.length === 0 || !path.every((part) => COMPONENT.test(part))) return undefined;
  return { host, project: path.join("/") };
}

/** Host of Docker Hub in refs. */
export const DOCKER_HUB = "docker.io";

/** The key of a login to Docker Hub in the settings of Docker clients. */
export const DOCKER_HUB_LOGIN = "https://index.docker.io/v1/";

/** Other hosts of Docker Hub. Docker 28.5 finds no login for some of them, and pushes to none of them. */
const HUB_HOSTS = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"];

/** True if a registry is Docker Hub under another host, or a path below an account, which Docker Hub does not have. */
export function isWrongHub({ host, project }: Registry): boolean {
  return HUB_HOSTS.includes(host) || (host === DOCKER_HUB && project.includes("/"));
}

/**
 * Returns the ref of an image as an engine shows it. Docker leaves out the host of Docker Hub, in lists and in the
 * patterns of their filters.
 */
export function shownName(ref: string): string {
  return ref.startsWith(`${DOCKER_HUB}/`) ? ref.slice(DOCKER_HUB.length + 1) : ref;
}

/** Returns the ref of an image with its host, from the name that an engine shows. */
export function fromShownName(name: string): string {
  const [first = "", ...rest] = name.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return hasHost || rest.length === 0 ? name : `${DOCKER_HUB}/${name}`;
}

/** Returns the host and path of a configured registry. */
export function registryOf(config: RegistryConfig): Registry {
  return config.kind === "remote" ? config : { host: `127.0.0.1:${String(config.port)}`, project: "morgan" };
}

/** A registry on the loopback address of the engine's host, with its port. Docker pushes to it and pulls over plain HTTP. */
export const ON_LOOPBACK = /^(?:127\.0\.0\.1|localhost):(\d+)$/;

/**
 * Returns the one repository of all images, "127.0.0.1:5101/morgan/images". Stages that are built on one another
 * share their layers there. The BuildKit of Docker 28.5 would send a layer again to a second repository. It records the
 * place of a layer only if the layer is compressed with gzip.
 */
export function repository(registry: Registry): string {
  return `${registry.host}/${registry.project}/images`;
}

/** Returns the address of an image, "127.0.0.1:5101/morgan/images:core.dev". No stage has a dot in its name. */
export function tagged(registry: Registry, stage: string, tag: string): string {
  return `${repository(registry)}:${stage}.${tag}`;
}

/** A host that does not exist, and never will: RFC 2606 keeps the domain "invalid" from everyone. */
const NO_HOST = "morgan.invalid";

/**
 * Returns the name of an image that only this engine has. An engine that has lost the image pulls its name. A name
 * without a host would be pulled from Docker Hub, where anybody may own that name.
 */
export function engineOnly(name: string, tag: string): string {
  return `${NO_HOST}/${name}:${tag}`;
}

/** True if an image is in the engine alone, so that no registry can have it. */
export function isEngineOnly(ref: string): boolean {
  return ref.startsWith(`${NO_HOST}/`);
}

/** Returns the digest at the end of "repository[:tag]@sha256:…"; undefined if there is none. */
export function digestOf(ref: string): string | undefined {
  const at = ref.lastIndexOf("@");
  const digest = ref.slice(at + 1);
  return at > 0 && DIGEST.test(digest) ? digest : undefined;
}

/** True if a ref ends with a digest, so that it always means the same image. */
export function isPinned(ref: string): boolean {
  return digestOf(ref) !== undefined;
}

/** Returns a ref without its tag, "repository@sha256:…", because a tag that moves is no change of the image. */
export function withoutTag(ref: string): string {
  const [name = "", digest] = ref.split("@");
  const colon = name.lastIndexOf(":");
  const bare = colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
  return digest === undefined ? bare : `${bare}@${digest}`;
}

/** Login of the registry that a program pushes to. */
export interface RegistryLogin {
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

/** The way to Debian's packages on a company's network. A part that is not set is empty. */
export interface PackageAccess {
  /** File of certificates, as the configuration names it; empty for the host's own. */
  readonly caBundle: string;
  /** Text in the format of sources.list. */
  readonly aptSources: string;
  /** Text in the format of apt's auth.conf. */
  readonly aptAuth: string;
  /** URL of the HTTP proxy. */
  readonly proxy: string;
  /** Hosts that are reached without the proxy, in the format of `no_proxy`. */
  readonly noProxy: string;
}

/** A root file system of Debian. */
export interface RootfsTask {
  /** Names everything that it is made from, except for the state of the mirror. */
  readonly key: string;
  /** URL of an apt mirror; empty for mmdebstrap's default. */
  readonly mirror: string;
}

/** Inputs of a build that both programs of the first images make. */
interface FirstImageTask {
  readonly dockerfile: string;
  readonly access: PackageAccess;
  /** Time that BuildKit writes into the image. */
  readonly sourceDateEpoch: string;
}

/** Task of registry-image.ts. The image's name is in `MORGAN_IMAGE`. */
export interface RegistryImageTask extends FirstImageTask {
  /** The root file system in its build context; absent if it is built on an upstream image. */
  readonly rootfs?: RootfsTask;
}

/** Task of debian-image.ts. The image's address is in `MORGAN_IMAGE`. */
export interface DebianImageTask extends FirstImageTask {
  readonly rootfs: RootfsTask;
  /** Repository of the image: "host/project/images". */
  readonly repository: string;
  /** Name of the buildx builder. */
  readonly builder: string;
  readonly login?: RegistryLogin;
}

/** Task of copy-images.ts. The copies are in `MORGAN_COPIES`. */
export interface CopyTask {
  readonly login?: RegistryLogin;
}

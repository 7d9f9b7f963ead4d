import * as pulumi from "@pulumi/pulumi";

/** A user of a host, with the password as a secret. */
export interface Login {
  readonly user: string;
  readonly password: pulumi.Output<string>;
}

/** A company's own network, as every build, push, pull and check goes through it. Empty and undefined: there is none. */
export interface NetworkProfile {
  /** Log-in of the registry that images are pushed to. */
  readonly registry: Login | undefined;
  readonly pypi: {
    /** URL of the Python package index. */
    readonly index: string;
    /** URL of a second index, for wheels that the first one lacks; the log-in goes to it where it is on the same host. */
    readonly extraIndex: string;
    readonly login: Login | undefined;
  };
  readonly apt: {
    /** URL of the Debian mirror. */
    readonly mirror: string;
    readonly login: Login | undefined;
  };
  readonly proxy: {
    /** URL of the HTTP proxy, for http and https; not for what is sent to the registry, which is the engine's affair. */
    readonly url: string;
    /** Hosts that are reached without it, as `no_proxy` has them. */
    readonly except: readonly string[];
  };
  /** Certificates of private authorities in PEM. Public, as certificates are. */
  readonly certificates: string;
}

/** Which parts of a profile the Dockerfile of a build has to speak of; what they are comes to it as BuildKit secrets. */
export interface PackageSources {
  /** Secret `apt-sources`, a file in the format of sources.list. */
  readonly aptMirror: boolean;
  /** Secret `apt-auth`, a file in the format of apt's auth.conf. */
  readonly aptLogin: boolean;
  /** Secret `pypi-index`, the index as uv names it. */
  readonly pypiIndex: boolean;
  /** Secret `pypi-extra-index`, the index as uv names it. */
  readonly pypiExtraIndex: boolean;
  /** Secrets `pypi-user` and `pypi-password`, for the first index alone or for both. */
  readonly pypiLogin: "none" | "index" | "both";
  /** Secret `ca`, a PEM bundle. */
  readonly certificates: boolean;
}

/** Names of the two indexes for uv, which reads the log-in of each from variables that are called after it. */
export const INDEX_NAMES = { index: "morgan", extraIndex: "extra" } as const;

/** Which parts a profile has. */
export function packageSources({ pypi, apt, certificates }: NetworkProfile): PackageSources {
  const isShared = pypi.extraIndex !== "" && hostOf(pypi.extraIndex) === hostOf(pypi.index);
  return {
    aptMirror: apt.mirror !== "",
    aptLogin: apt.login !== undefined,
    pypiIndex: pypi.index !== "",
    pypiExtraIndex: pypi.extraIndex !== "",
    pypiLogin: pypi.login === undefined ? "none" : isShared ? "both" : "index",
    certificates: certificates !== "",
  };
}

/** The secrets that builds get for the sources of a profile, by id. */
export function buildSecrets(profile: NetworkProfile): Readonly<Record<string, pulumi.Input<string>>> {
  const { pypi, apt, certificates } = profile;
  const { pypiLogin } = packageSources(profile);
  const named = (name: string, url: string, hasLogin: boolean): string => (hasLogin ? `${name}=${url}` : url);
  return {
    ...(apt.mirror === "" ? {} : { "apt-sources": `deb ${apt.mirror} bookworm main\n` }),
    ...(apt.login === undefined ? {} : { "apt-auth": aptAuth(apt.mirror, apt.login) }),
    ...(pypi.index === "" ? {} : { "pypi-index": named(INDEX_NAMES.index, pypi.index, pypiLogin !== "none") }),
    ...(pypi.extraIndex === ""
      ? {}
      : { "pypi-extra-index": named(INDEX_NAMES.extraIndex, pypi.extraIndex, pypiLogin === "both") }),
    ...(pypi.login === undefined ? {} : { "pypi-user": pypi.login.user, "pypi-password": pypi.login.password }),
    // Public, but nobody who reads a state needs to know whom a company trusts.
    ...(certificates === "" ? {} : { ca: pulumi.secret(certificates) }),
  };
}

/** The build arguments of a profile: those that BuildKit keeps out of images, their history and its cache keys. */
export function proxyArguments({ proxy }: Pick<NetworkProfile, "proxy">): Readonly<Record<string, string>> {
  if (proxy.url === "") return {};
  return { http_proxy: proxy.url, https_proxy: proxy.url, no_proxy: proxy.except.join(",") };
}

/** apt takes an entry without a scheme for https alone. */
function aptAuth(mirror: string, { user, password }: Login): pulumi.Output<string> {
  const { protocol, host, pathname } = new URL(mirror);
  return pulumi.interpolate`machine ${protocol}//${host}${pathname} login ${user} password ${password}\n`;
}

/** A log-in with its password in the open, for a question that the program asks itself. */
export async function plainLogin(
  login: Login | undefined,
): Promise<{ readonly user: string; readonly password: string } | undefined> {
  if (login === undefined) return undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  // A value of the configuration is known from the start.
  login.password.apply(resolve);
  return { user: login.user, password: await promise };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

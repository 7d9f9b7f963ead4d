import * as pulumi from "@pulumi/pulumi";
import { given } from "../lib/given.ts";

/** A user of a host, with the password as a secret. */
export interface Login {
  readonly user: string;
  readonly password: pulumi.Output<string>;
}

/** A company's network, for every build, push, pull and check. A part that is not set is empty or undefined. */
export interface NetworkProfile {
  /** Login of the registry to which images are pushed. */
  readonly registry: Login | undefined;
  readonly pypi: {
    /** URL of the Python package index. */
    readonly index: string;
    /** URL of a second index, for wheels that the first one lacks. On the same host it gets the same login. */
    readonly extraIndex: string;
    readonly login: Login | undefined;
  };
  readonly apt: {
    /** URL of the Debian mirror. */
    readonly mirror: string;
    readonly login: Login | undefined;
  };
  readonly proxy: {
    /** URL of the HTTP proxy, for http and https. Pushes and pulls use the proxy of the engine instead. */
    readonly url: string;
    /** Hosts that are reached without the proxy, in the format of `no_proxy`. */
    readonly except: readonly string[];
  };
  /** Certificates of private CAs in PEM; empty for none. They are no secret. */
  readonly certificates: string;
  /** File with them, as the configuration names it; empty for those of the host. */
  readonly caBundle: string;
}

/**
 * The parts of a profile that the Dockerfile of a build has to use. Their values arrive as BuildKit secrets. The
 * certificates are not among them: they may come from the host, and every Dockerfile can use them.
 */
export interface PackageSources {
  /** Secret `apt-sources`, a file in the format of sources.list. */
  readonly aptMirror: boolean;
  /** Secret `apt-auth`, a file in the format of apt's auth.conf. */
  readonly aptLogin: boolean;
  /** Secret `pypi-index`, in uv's format `name=url`, or the URL alone if there is no login. */
  readonly pypiIndex: boolean;
  /** Secret `pypi-extra-index`, in the same format. */
  readonly pypiExtraIndex: boolean;
  /** Secrets `pypi-user` and `pypi-password`, for the first index alone or for both. */
  readonly pypiLogin: "none" | "index" | "both";
}

/** Names of the two indexes. uv 0.13 reads the login of an index from variables whose names contain the index's. */
export const INDEX_NAMES = { index: "morgan", extraIndex: "extra" } as const;

/** Returns the parts that a profile has. */
export function packageSources({ pypi, apt }: NetworkProfile): PackageSources {
  const isShared = pypi.extraIndex !== "" && hostOf(pypi.extraIndex) === hostOf(pypi.index);
  return {
    aptMirror: apt.mirror !== "",
    aptLogin: apt.login !== undefined,
    pypiIndex: pypi.index !== "",
    pypiExtraIndex: pypi.extraIndex !== "",
    pypiLogin: pypi.login === undefined ? "none" : isShared ? "both" : "index",
  };
}

/** Returns the secrets that builds get for the package sources of a profile, by id. */
export function buildSecrets(profile: NetworkProfile): Readonly<Record<string, pulumi.Input<string>>> {
  const { pypi, apt } = profile;
  const { pypiLogin } = packageSources(profile);
  const named = (name: string, url: string, hasLogin: boolean): string => (hasLogin ? `${name}=${url}` : url);
  return {
    ...(apt.mirror === "" ? {} : { "apt-sources": `deb ${apt.mirror} bookworm main\n` }),
    ...given({ "apt-auth": apt.login && aptAuth(apt.mirror, apt.login) }),
    ...(pypi.index === "" ? {} : { "pypi-index": named(INDEX_NAMES.index, pypi.index, pypiLogin !== "none") }),
    ...(pypi.extraIndex === ""
      ? {}
      : { "pypi-extra-index": named(INDEX_NAMES.extraIndex, pypi.extraIndex, pypiLogin === "both") }),
    ...given({ "pypi-user": pypi.login?.user, "pypi-password": pypi.login?.password }),
  };
}

/** Returns the proxy as build arguments, which BuildKit keeps out of images, their history and its cache keys. */
export function proxyArguments({ proxy }: Pick<NetworkProfile, "proxy">): Readonly<Record<string, string>> {
  if (proxy.url === "") return {};
  return { http_proxy: proxy.url, https_proxy: proxy.url, no_proxy: proxy.except.join(",") };
}

/** Formats an entry of auth.conf. apt 2.6 uses an entry without a scheme for https alone. */
function aptAuth(mirror: string, { user, password }: Login): pulumi.Output<string> {
  const { protocol, host, pathname } = new URL(mirror);
  return pulumi.interpolate`machine ${protocol}//${host}${pathname} login ${user} password ${password}\n`;
}

/** Returns a login with its password in plain text, for a request that this program sends itself. */
export async function plainLogin(
  login: Login | undefined,
): Promise<{ readonly user: string; readonly password: string } | undefined> {
  if (login === undefined) return undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  // The password is a value of the configuration, so it is known from the start.
  login.password.apply(resolve);
  return { user: login.user, password: await promise };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

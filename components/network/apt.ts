import * as pulumi from "@pulumi/pulumi";
import type { Login } from "./login.ts";

/** A mirror of Debian's packages. */
export interface AptMirror {
  /** URL of the mirror; empty for Debian's own servers. */
  readonly mirror: string;
  /** URL of the mirror of the security suite; empty if `mirror` is, or for builds without that suite. */
  readonly security: string;
  readonly login: Login | undefined;
}

/** The release of Debian on which every image stands. */
export const SUITE = "bookworm";

/**
 * Returns the URL of the security suite that fits a mirror, by the names on Debian's own servers: "debian-security"
 * beside "debian". Undefined if the mirror has another name.
 */
export function securityBeside(mirror: string): string | undefined {
  const [, root] = /^(.+\/debian)\/*$/.exec(mirror) ?? [];
  return root === undefined ? undefined : `${root}-security`;
}

/** Returns the suites of a mirror in the format of sources.list: the release, its updates, its security updates. */
export function aptSources({ mirror, security }: Pick<AptMirror, "mirror" | "security">): string {
  if (mirror === "") return "";
  const suites = [`deb ${mirror} ${SUITE} main`, `deb ${mirror} ${SUITE}-updates main`];
  return [...suites, ...(security === "" ? [] : [`deb ${security} ${SUITE}-security main`]), ""].join("\n");
}

/** Returns the login in the format of auth.conf, for the mirror and for a security suite on the same host. */
export function aptAuth({ mirror, security, login }: AptMirror): pulumi.Output<string> | undefined {
  if (login === undefined) return undefined;
  const { user, password } = login;
  const urls = [mirror, ...(sharesHost({ mirror, security }) ? [security] : [])];
  const lines = urls.map((url) => pulumi.interpolate`${machineOf(url)} login ${user} password ${password}\n`);
  return pulumi.concat(...lines);
}

/** Returns true if the security suite is on the mirror's host, which gets the mirror's login. */
export function sharesHost({ mirror, security }: Pick<AptMirror, "mirror" | "security">): boolean {
  return URL.canParse(mirror) && URL.canParse(security) && new URL(mirror).origin === new URL(security).origin;
}

/** Formats the host of an entry. apt 2.6 uses an entry without a scheme for https alone. */
function machineOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `machine ${protocol}//${host}${pathname}`;
}

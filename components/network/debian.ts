import * as pulumi from "@pulumi/pulumi";
import type { Login } from "./login.ts";

/** A company's mirrors of Debian 12. */
export interface DebianMirrors {
  /** URL of the mirror of Debian itself and of its updates; empty for Debian's own mirrors. */
  readonly mirror: string;
  /** URL of the mirror of the security updates; empty for none. */
  readonly security: string;
  readonly login: Login | undefined;
}

/** The suites of Debian 12 on a mirror. Debian serves the security updates at an address of their own. */
export const SUITES = { mirror: ["bookworm", "bookworm-updates"], security: ["bookworm-security"] } as const;

/** Returns the usual address of the security updates beside a mirror: Debian's own, and most others, have them there. */
export function usualSecurityMirror(mirror: string): string {
  return mirror.replace(/\/debian(\/?)$/, "/debian-security$1");
}

/** Returns the mirrors as lines of sources.list; empty for Debian's own mirrors. */
export function sourcesList({ mirror, security }: Pick<DebianMirrors, "mirror" | "security">): string {
  const lines = (url: string, suites: readonly string[]): string[] =>
    url === "" ? [] : suites.map((suite) => `deb ${url} ${suite} main\n`);
  return [...lines(mirror, SUITES.mirror), ...lines(security, SUITES.security)].join("");
}

/**
 * Returns the login of the mirrors as lines of auth.conf. apt 2.6 uses a line without a scheme for https alone. A mirror
 * on another host gets no login.
 */
export function aptAuth({ mirror, security }: DebianMirrors, { user, password }: Login): pulumi.Output<string> {
  const hosts = [mirror, ...(isBeside(security, mirror) && security !== mirror ? [security] : [])].map((url) => {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  });
  return pulumi.concat(
    ...hosts.map((host) => pulumi.interpolate`machine ${host} login ${user} password ${password}\n`),
  );
}

/** True if a URL leads to the host of another, which is the only one that gets its login. */
export function isBeside(url: string, other: string): boolean {
  return hostOf(url) !== "" && hostOf(url) === hostOf(other);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

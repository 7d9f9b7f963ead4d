import { isIPv4 } from "node:net";

/** The programs that send requests to a configured URL, each from its own network. */
export type UrlReader = "a build" | "a service";

/** The fault of a URL. */
export interface UrlFault {
  readonly expected: string;
  /** The URL without the parts that may be secret. */
  readonly shown: string;
}

/** The credentials in a URL. A password may contain an @ that is not written as %40. */
const CREDENTIALS = /\/\/[^/?#]*@/;

/** The rest of a URL after its path. Some servers take a token there. */
const QUERY = /[?#].*$/s;

/** Returns why a text is no URL that a program in a container can use; undefined if it is one. */
export function urlFault(text: string, reader: UrlReader): UrlFault | undefined {
  const shown = `"${withoutSecrets(text)}"`;
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) {
    return { expected: 'an "http://…" or "https://…" URL, or nothing', shown };
  }
  if (CREDENTIALS.test(text)) {
    return { expected: "a URL without user and password, which everyone could read", shown };
  }
  if (QUERY.test(text)) return { expected: 'a URL without "?" and "#", to which paths are added', shown };
  if (!isLoopback(new URL(text).hostname)) return undefined;
  const expected =
    `an address that ${reader} reaches: in its container, this one is the container itself; ` +
    `the engine's host is ${reader === "a service" ? "host.docker.internal" : "its address on a network"}`;
  return { expected, shown };
}

/** Returns a text that may be no URL without the parts that may be secret. A password may contain any character. */
function withoutSecrets(text: string): string {
  const at = text.lastIndexOf("@");
  if (at < 0) return text.replace(QUERY, "?…");
  const scheme = /^[a-z]+:\/\//.exec(text)?.[0] ?? "";
  return `${scheme}…${QUERY.test(text) ? "" : text.slice(at)}`;
}

/** True if a host name, as a parsed URL has it, leads from a container to the same container. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost") || name === "0.0.0.0") return true;
  if (isIPv4(name)) return name.startsWith("127.");
  return /^\[::(?:1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}|ffff:0:0)?\]$/.test(name);
}

// The forms of an engine's address, and the certificates of an engine with TLS.
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** @typedef {{ key: string, expected: string, found: string, fix: string }} AddressProblem */

export const DEFAULT_HOST =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/** The files of an engine's certificate folder. Docker gives them these names, in contexts too. */
export const CERTIFICATES = ["ca.pem", "cert.pem", "key.pem"];

const ACCEPTED =
  "unix:///path, npipe:////./pipe/name, tcp://host:port, http://host:port, https://host:port, ssh://user@host or host:port";

/** An address that leads to no engine: it is malformed, or a file that it needs is missing. */
export class AddressError extends Error {
  /** @param {AddressProblem} problem */
  constructor(problem) {
    super(`${problem.key}: expected ${problem.expected}; found ${problem.found}; ${problem.fix}`);
    this.problem = problem;
  }
}

/**
 * Returns an address in the form that every program reads, and whether it is reached over TLS.
 *
 * @param {string} text
 * @param {string} key The variable or context that holds it, for a problem.
 * @param {boolean} isSecure True if TCP is used with TLS.
 * @throws {AddressError} if the address is malformed.
 */
export function parseHost(text, key, isSecure) {
  const wrong = () =>
    new AddressError({ key, expected: ACCEPTED, found: `"${text}"`, fix: `give ${key} an address of that kind` });
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z]+):\/\/)?(.+)$/.exec(text) ?? [];
  const url = urlOf(["unix", "npipe", "ssh"].includes(scheme) ? text : `tcp://${rest}`);
  switch (scheme) {
    case "unix":
      if (!isAbsolute(rest)) throw wrong();
      return { host: text, needsTls: false };
    case "npipe":
      if (!/^[\\/]{2}/.test(rest)) throw wrong();
      return { host: text, needsTls: false };
    case "ssh":
      if (!url?.hostname || url.password !== "") throw wrong();
      return { host: text, needsTls: false };
    case "tcp":
    case "http":
    case "https": {
      // As a URL of the scheme tcp, an address keeps the ports 80 and 443.
      if (!url?.hostname || !/^\/?$/.test(url.pathname) || url.username || url.search || url.hash) throw wrong();
      const needsTls = isSecure || scheme === "https";
      return { host: `tcp://${url.hostname}:${url.port || (needsTls ? "2376" : "2375")}`, needsTls };
    }
    default:
      throw wrong();
  }
}

/**
 * Node before 18.17 has no `URL.canParse`.
 * @param {string} text
 */
function urlOf(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} folder
 * @param {string} key The variable or context that names the folder, for a problem.
 * @throws {AddressError} if a certificate or the key is missing.
 */
export function requireCertificates(folder, key) {
  const lacking = CERTIFICATES.filter((file) => !existsSync(join(folder, file)));
  if (lacking.length === 0) return;
  throw new AddressError({
    key,
    expected: `${CERTIFICATES.join(", ")} in ${folder}, for TLS`,
    found: `no ${lacking.join(", no ")}`,
    fix: "put the files there, or set DOCKER_CERT_PATH to the folder that has them",
  });
}

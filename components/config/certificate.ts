import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import type { Problem } from "../lib/errors.ts";
import { hasPrivateKey, parseCertificates } from "../lib/pem.ts";

/** A certificate chain and the private key of its first certificate, as PEM texts. */
export interface KeyPair {
  /** The server's certificate first. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads the key pair at two paths, and checks that the two belong together. Empty paths mean that there is no key pair.
 * `pair` is undefined if a file cannot be read. The time is left to `validityProblem`.
 */
export function readKeyPair(
  paths: Readonly<Record<keyof KeyPair, string>>,
  readText: (path: string) => string | undefined,
): { readonly pair: KeyPair | undefined; readonly problems: readonly Problem[] } {
  if (paths.certificate === "") return { pair: undefined, problems: [] };
  const [certificate, key] = [readText(paths.certificate), readText(paths.key)];
  if (certificate !== undefined && key !== undefined) {
    const pair = { certificate, key };
    return { pair, problems: checkKeyPair(pair) };
  }
  const missing = (option: string, path: string): Problem => wrong(option, "the path of a PEM file", unreadable(path));
  return {
    pair: undefined,
    problems: [
      ...(certificate === undefined ? [missing("tlsCertificate", paths.certificate)] : []),
      ...(key === undefined ? [missing("tlsKey", paths.key)] : []),
    ],
  };
}

/** Describes a path that leads to no file. A text in PEM is no path, and may be a key. */
export function unreadable(path: string): string {
  return /-----BEGIN|[\r\n]/.test(path) ? "a text in PEM instead of its path" : `nothing readable at "${path}"`;
}

/** Returns the problems of a key pair. No problem contains a part of the key. */
function checkKeyPair({ certificate, key }: KeyPair): readonly Problem[] {
  const own = ownCertificate(certificate);
  const privateKey = parseKey(key);
  return [
    ...(own === undefined
      ? [wrong("tlsCertificate", "certificates in PEM, the server's first", "no certificate, or a broken one")]
      : []),
    ...(privateKey === undefined
      ? [wrong("tlsKey", "a private key in PEM, without a passphrase", "no readable key")]
      : []),
    ...(own !== undefined && privateKey !== undefined && !own.checkPrivateKey(privateKey)
      ? [wrong("tlsKey", "the key of the first certificate in tlsCertificate", "another key")]
      : []),
  ];
}

/** Returns the problem of a certificate that is not valid at the moment `now`; undefined if it is valid. */
export function validityProblem({ certificate }: KeyPair, now: Date): Problem | undefined {
  const own = ownCertificate(certificate);
  if (own === undefined) return undefined;
  const [from, until] = [own.validFromDate, own.validToDate];
  if (now >= from && now <= until) return undefined;
  const found = now > until ? `valid until ${until.toISOString()}` : `valid from ${from.toISOString()} on`;
  return wrong("tlsCertificate", "a certificate that is valid now", found);
}

/** Returns the server's certificate, the first of a chain; undefined if there is none, or if one is damaged. */
export function ownCertificate(chain: string): X509Certificate | undefined {
  return parseCertificates(chain)?.[0];
}

/** Returns the problem of a bundle of certificates for builds; undefined if builds can use it. */
export function bundleProblem(path: string, text: string | undefined): Problem | undefined {
  const problem = (found: string): Problem => ({
    key: "morgan:caBundle",
    expected: "a file of certificates in PEM",
    found,
    fix: "pulumi config set caBundle …, or unset it to use the host's own store; openssl x509 converts other formats",
    buildsOnly: true,
  });
  if (text === undefined) return problem(unreadable(path));
  // Builds get the whole text.
  if (hasPrivateKey(text)) return problem(`a private key in "${path}"`);
  const certificates = parseCertificates(text);
  if (certificates === undefined) return problem(`a damaged certificate in "${path}"`);
  return certificates.length === 0 ? problem(`no certificate in "${path}"`) : undefined;
}

function parseKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function wrong(key: string, expected: string, found: string): Problem {
  return {
    key: `morgan:${key}`,
    expected,
    found,
    fix: `pulumi config set ${key} …, or correct the file`,
  };
}

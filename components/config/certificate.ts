import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { Problem } from "../lib/errors.ts";

/** A certificate chain and the private key of its first certificate, as PEM texts. */
export interface KeyPair {
  /** The server's certificate first. */
  readonly certificate: string;
  readonly key: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** The reminder begins this many days before the end of a certificate. */
const REMINDER = 14;

/**
 * Reads the key pair at two paths, and checks that it can be used at the moment `now`. Empty paths mean that there is
 * no key pair. `pair` is undefined if a file cannot be read.
 */
export function readKeyPair(
  paths: Readonly<Record<keyof KeyPair, string>>,
  readText: (path: string) => string | undefined,
  now: Date,
): { readonly pair: KeyPair | undefined; readonly problems: readonly Problem[] } {
  if (paths.certificate === "") return { pair: undefined, problems: [] };
  const [certificate, key] = [readText(paths.certificate), readText(paths.key)];
  if (certificate !== undefined && key !== undefined) {
    const pair = { certificate, key };
    return { pair, problems: checkKeyPair(pair, now) };
  }
  const missing = (option: string, path: string): Problem =>
    wrong(option, "the path of a PEM file", `nothing readable at "${path}"`);
  return {
    pair: undefined,
    problems: [
      ...(certificate === undefined ? [missing("tlsCertificate", paths.certificate)] : []),
      ...(key === undefined ? [missing("tlsKey", paths.key)] : []),
    ],
  };
}

/** Returns the problems of a key pair. No problem contains a part of the key. */
function checkKeyPair({ certificate, key }: KeyPair, now: Date): readonly Problem[] {
  const chain = parseChain(certificate);
  const privateKey = parseKey(key);
  const [own] = chain ?? [];
  return [
    ...(own === undefined
      ? [wrong("tlsCertificate", "certificates in PEM, the server's first", "no certificate, or a broken one")]
      : checkTime(own, now)),
    ...(privateKey === undefined
      ? [wrong("tlsKey", "a private key in PEM, without a passphrase", "no readable key")]
      : []),
    ...(own !== undefined && privateKey !== undefined && !own.checkPrivateKey(privateKey)
      ? [wrong("tlsKey", "the key of the first certificate in tlsCertificate", "another key")]
      : []),
  ];
}

/** Returns a reminder if a certificate ends within 14 days; otherwise undefined. */
export function expiryReminder({ certificate }: KeyPair, now: Date): string | undefined {
  const end = parseChain(certificate)?.[0]?.validToDate;
  if (end === undefined || end.getTime() - now.getTime() > REMINDER * DAY) return undefined;
  return `morgan:tlsCertificate is valid until ${end.toISOString()}, which is in less than ${String(REMINDER)} days`;
}

function checkTime({ validFromDate, validToDate }: X509Certificate, now: Date): Problem[] {
  const valid = "a certificate that is valid now";
  if (now > validToDate) return [wrong("tlsCertificate", valid, `valid until ${validToDate.toISOString()}`)];
  if (now < validFromDate) return [wrong("tlsCertificate", valid, `valid from ${validFromDate.toISOString()} on`)];
  return [];
}

/** Returns the certificates of a text, in order; undefined if one of them cannot be parsed. */
function parseChain(text: string): X509Certificate[] | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
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

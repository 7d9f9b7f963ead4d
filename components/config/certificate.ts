import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { Problem } from "../lib/errors.ts";

/** A certificate with what vouches for it, and its private key, as PEM texts. */
export interface KeyPair {
  /** The server's certificate first. */
  readonly certificate: string;
  readonly key: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** How long before its end one is reminded of a certificate, in days. */
const REMINDER = 14;

/** Reads the key pair at two paths, empty ones for none, and says what keeps it from being used at a moment. */
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

/** No part of the key is in what it says. */
function checkKeyPair({ certificate, key }: KeyPair, now: Date): readonly Problem[] {
  const chain = parseChain(certificate);
  const privateKey = parseKey(key);
  const [own] = chain ?? [];
  return [
    ...(own === undefined
      ? [wrong("tlsCertificate", "certificates in PEM, the server's first", "no certificate, or one that is broken")]
      : checkTime(own, now)),
    ...(privateKey === undefined
      ? [wrong("tlsKey", "a private key in PEM, without a passphrase", "none that can be read")]
      : []),
    ...(own !== undefined && privateKey !== undefined && !own.checkPrivateKey(privateKey)
      ? [wrong("tlsKey", "the key of the first certificate in tlsCertificate", "another key")]
      : []),
  ];
}

/** What to tell of a certificate that is good now and will not be before long; undefined for any other. */
export function expiryReminder({ certificate }: KeyPair, now: Date): string | undefined {
  const end = parseChain(certificate)?.[0]?.validToDate;
  if (end === undefined || end.getTime() - now.getTime() > REMINDER * DAY) return undefined;
  return `morgan:tlsCertificate is valid until ${end.toISOString()}, for less than ${String(REMINDER)} days more`;
}

function checkTime({ validFromDate, validToDate }: X509Certificate, now: Date): Problem[] {
  const valid = "a certificate that is valid now";
  if (now > validToDate) return [wrong("tlsCertificate", valid, `one that was until ${validToDate.toISOString()}`)];
  if (now < validFromDate) return [wrong("tlsCertificate", valid, `one from ${validFromDate.toISOString()} on`)];
  return [];
}

/** The certificates of a text, in order; undefined where one of them is none. */
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
  return { key: `morgan:${key}`, expected, found, fix: `pulumi config set ${key} …, or put the right file there` };
}

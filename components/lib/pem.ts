import { X509Certificate } from "node:crypto";

const BEGIN = /-----BEGIN CERTIFICATE-----/g;
const WHOLE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Returns the certificates of a text in PEM, in order; there may be other text around them. Undefined if one of them is
 * damaged or cut off.
 */
export function parseCertificates(text: string): readonly X509Certificate[] | undefined {
  const blocks = text.match(WHOLE) ?? [];
  if (blocks.length !== (text.match(BEGIN) ?? []).length) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** True if a text contains a private key in PEM, of any kind. */
export function hasPrivateKey(text: string): boolean {
  return /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/.test(text);
}

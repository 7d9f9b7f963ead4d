/**
 * Secrets of a build with the certificates of private CAs. docker-build 0.0.22 passes each secret on in a variable, and
 * Linux 6 limits a variable to 128 KiB. So a large bundle is spread over several.
 */
export const CERTIFICATE_SECRETS = ["ca", "ca-2", "ca-3", "ca-4"] as const;

/** Longest value of one secret, in bytes. */
const LONGEST = 120_000;

/**
 * Returns the values of the secrets, by name. Every secret is always there, empty if it is not needed: the provider
 * leaves a changed value out of the plan only if the secret is there before and after.
 */
export function certificateSecrets(certificates: string): Readonly<Record<string, string>> {
  const parts = split(certificates);
  return Object.fromEntries(CERTIFICATE_SECRETS.map((name, index) => [name, parts[index] ?? ""]));
}

/** True if the secrets can hold a bundle. */
export function fitsSecrets(certificates: string): boolean {
  const parts = split(certificates);
  return parts.length <= CERTIFICATE_SECRETS.length && parts.every((part) => Buffer.byteLength(part) <= LONGEST);
}

/** Returns a bundle in parts that end between certificates. A certificate that is there twice is left out once. */
function split(certificates: string): string[] {
  const blocks = new Set(certificates.split(/(?=-----BEGIN )/).map((block) => block.trim()));
  blocks.delete("");
  const parts: string[] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    const longer = `${last ?? ""}${block}\n`;
    if (last !== undefined && Buffer.byteLength(longer) <= LONGEST) parts[parts.length - 1] = longer;
    else parts.push(`${block}\n`);
  }
  return parts;
}

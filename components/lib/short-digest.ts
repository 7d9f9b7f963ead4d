import { createHash } from "node:crypto";

/** Returns the first 12 digits of the SHA-256 of a text. */
export function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

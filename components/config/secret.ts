import type * as pulumi from "@pulumi/pulumi";
import type { ConfigSources } from "./sources.ts";

/** The form of a secret's text. */
export interface SecretForm {
  readonly pattern: RegExp;
  /** The form in words, for a problem. */
  readonly expected: string;
  /** Command that sets a right one. Default: Pulumi asks for the text. */
  readonly fix?: string;
}

/** A text that fits into one line of a file and into a header: no control character, and not empty. */
export const ONE_LINE: SecretForm = { pattern: /^[^\p{Cc}]+$/u, expected: "one line of text" };

/** A text without spaces, for a file in which spaces separate words. */
export const ONE_WORD: SecretForm = { pattern: /^[^\p{Cc}\s]+$/u, expected: "one line of text without spaces" };

/** A text for an HTTP header. */
export const ASCII_WORD: SecretForm = { pattern: /^[!-~]+$/, expected: "ASCII characters without spaces" };

/**
 * Returns a secret; undefined if it is not set, or wrong. No problem shows the text. Pulumi's SDK 3.270 checks a text
 * against a pattern, and its own error would show the text.
 */
export function readSecret(
  key: string,
  { pattern, expected, fix = `pulumi config set --secret ${key}` }: SecretForm,
  sources: Pick<ConfigSources, "secret" | "isEncrypted">,
  wrong: (key: string, expected: string, found: string, fix: string) => void,
): pulumi.Output<string> | undefined {
  let value: pulumi.Output<string> | undefined;
  try {
    value = sources.secret(key, pattern);
  } catch {
    wrong(key, expected, "another text", fix);
    return undefined;
  }
  if (value === undefined || sources.isEncrypted(key)) return value;
  wrong(key, "a secret, which Pulumi keeps encrypted", "a text that everyone can read", fix);
  return undefined;
}

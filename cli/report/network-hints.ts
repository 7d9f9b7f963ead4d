/** A kind of host that a failed build may name, with its configuration keys and the pattern of its refusals. */
interface Hint {
  readonly what: string;
  readonly keys: string;
  readonly pattern: RegExp;
}

const HINTS: readonly Hint[] = [
  {
    what: "the registry",
    keys: "morgan:registry, morgan:registryUser, morgan:caBundle",
    pattern:
      /(?:failed to (?:push|do request|authorize|copy)|unexpected status from \w+ request to|error writing)\b.*?(?:"|https?:\/\/| )([\w.-]+(?::\d+)?)\/\S+.*/i,
  },
  {
    what: "the Python package index",
    keys: "morgan:pypiIndex, morgan:pypiExtraIndex, morgan:pypiUser, morgan:caBundle",
    pattern: /Failed to (?:fetch|download)[^\n]*https?:\/\/([\w.-]+(?::\d+)?)\/.*/i,
  },
  {
    what: "the Debian mirror",
    keys: "morgan:aptMirror, morgan:aptUser, morgan:caBundle",
    pattern: /(?:^|\s)(?:Err:\d+|E: Failed to fetch) https?:\/\/([\w.-]+(?::\d+)?)\/.*/m,
  },
];

/**
 * Hints on hosts that refused, with the keys that name them; at most one line for each kind of host. `again` is the
 * command that goes on after the cause is mended.
 */
export function networkHints(log: string, again: string): string[] {
  return HINTS.flatMap(({ what, keys, pattern }) => {
    const host = pattern.exec(log)?.[1];
    return host === undefined ? [] : [`${what} at ${host} refused or was gone (${keys}): ${reasonIn(log, again)}`];
  });
}

/** The likely reason; the log itself is printed beside it. */
function reasonIn(log: string, again: string): string {
  if (/no space left on device/i.test(log)) return "its disk is full";
  if (/\b50\d\b/.test(log)) return "it fails by itself, as with a full disk; its own log has the reason";
  if (/\b40[13]\b|unauthorized|denied/i.test(log)) return "it refuses the credentials";
  if (/x509|certificate/i.test(log)) return "its certificate is not trusted";
  return `it cannot be reached; "${again}" continues from here`;
}

// The versions that set-up installs, and the oldest versions that it accepts of a machine's own programs.

/** The first Node that runs TypeScript without a flag or a warning and stays supported. */
export const NODE_MINIMUM = 24;
/** The version that node/package-lock.json pins. */
export const NODE_VERSION = "24.21.0";

/** The version that uv/requirements.txt pins. */
export const UV_VERSION = "0.13.9";

export const ENGINE_MINIMUM = 26;
/** Only the benchmark needs docker compose. From this version on, compose builds with bake without a setting. */
export const COMPOSE_MINIMUM = "2.37";

export const PULUMI_VERSION = "3.259.0";
export const PULUMI_MINIMUM = "3.200.0";

/** Resource plugins, in the versions that the SDKs in package.json need. */
export const PLUGINS = { docker: "5.2.0", "docker-build": "0.0.22", command: "1.2.1" };

/**
 * Returns true if a version is the minimum or newer.
 * @param {string} version
 * @param {string} minimum
 */
export function atLeast(version, minimum) {
  const have = numbers(version);
  const need = numbers(minimum);
  const index = need.findIndex((part, position) => (have[position] ?? 0) !== part);
  return index < 0 || (have[index] ?? 0) > (need[index] ?? 0);
}

/** @param {string} version */
function numbers(version) {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10));
}

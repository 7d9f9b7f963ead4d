// What set-up installs, and the least that it accepts of what a machine already has.

/** The first Node that runs TypeScript without a flag or a warning and stays supported. */
export const NODE_MINIMUM = 24;
/** The version that node/package-lock.json pins. */
export const NODE_VERSION = "24.21.0";

/** The version that uv/requirements.txt pins. */
export const UV_VERSION = "0.13.9";

export const ENGINE_MINIMUM = 26;
/** The first docker compose that builds through bake by itself; the benchmark alone needs it. */
export const COMPOSE_MINIMUM = "2.37";

export const PULUMI_VERSION = "3.259.0";
export const PULUMI_MINIMUM = "3.200.0";

/** Resource plugins, by the versions that the SDKs in package.json ask for. */
export const PLUGINS = { docker: "5.2.0", "docker-build": "0.0.22", command: "1.2.1" };

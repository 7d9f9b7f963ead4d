// The environment of a run. What the user has set wins.
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { home, nodeDirectory, paths, setting, toolchainComplete } from "./paths.mjs";
import { readJson } from "./files.mjs";
import { which } from "./process.mjs";

/** @import { Paths } from "./paths.mjs" */

const CA_BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/** The sources that base images may come from: Debian packages, or an image registry. */
export const BASE_IMAGES = ["debian", "registry"];

/** Where Go programs look by themselves. */
const CERTIFICATE_FOLDERS = "/etc/ssl/certs:/etc/pki/tls/certs";

/**
 * The variables that a run needs besides those it inherits.
 * @param {{ root: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Record<string, string>}
 */
export function environment({ root, env = process.env }) {
  const at = paths({ root, env });
  const ours = {
    ...pulumiHome(at, env),
    ...backend(at, env),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The stack's salt stays in its state: a passphrase made for one machine has no place in a checked-in file.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // Provenance holds a time stamp: unchanged content would get a new digest, and every container a replacement.
    BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
    NODE_COMPILE_CACHE: at.nodeCompile,
    // An up that changes nothing is a dozen short Go processes and comparisons that do not wait for one another.
    GOGC: "400",
    PULUMI_PARALLEL_DIFF: "true",
    ...(existsSync(at.uv) && { MORGAN_UV: at.uv }),
    ...caBundle(),
  };
  const always = {
    ...searchedCertificates(at, env),
    ...baseImages(at, env),
    MORGAN_CACHE: at.cache,
    PATH: searchPath(at, env),
  };
  const unset = Object.entries(ours).filter(([name]) => env[name] === undefined);
  return { ...Object.fromEntries(unset), ...always };
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
function baseImages(at, env) {
  const choice = setting(env, "MORGAN_BASE_IMAGES") ?? recordedBaseImages(at);
  return choice === undefined ? {} : { MORGAN_BASE_IMAGES: choice };
}

/**
 * Returns the source of base images that set-up has recorded. A file with anything else in it counts as no record: set-up
 * decides again and writes the file anew.
 * @param {Pick<Paths, "machine">} at
 * @returns {string | undefined}
 */
export function recordedBaseImages({ machine }) {
  try {
    const { baseImages } = /** @type {{ baseImages?: string }} */ (readJson(machine) ?? {});
    return BASE_IMAGES.find((choice) => choice === baseImages);
  } catch {
    return undefined;
  }
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function searchPath(at, env) {
  const inherited = (env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const first = [...nodeFolder(at, env), ...(toolchainComplete(at) ? [at.toolchainBin] : []), at.clients];
  return [...first, ...inherited.filter((folder) => !first.includes(folder))].join(delimiter);
}

/**
 * A Node that is first on PATH already needs no entry, which would bring its neighbours forward too.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function nodeFolder(at, env) {
  const wanted = nodeDirectory(at);
  const found = which("node", env["PATH"]);
  return found && existsSync(join(wanted, "node")) && realpathSync(found) === realpathSync(join(wanted, "node"))
    ? []
    : [wanted];
}

/**
 * Plugins on PATH make the engine warn at every run, so set-up's own have a Pulumi home; the user's log-ins stay theirs.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function pulumiHome(at, env) {
  if (env["PULUMI_HOME"] !== undefined || !toolchainComplete(at)) return {};
  return { PULUMI_HOME: at.pulumiHome, PULUMI_CREDENTIALS_PATH: credentialsFolder(env) };
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function backend(at, env) {
  if (hasOwnBackend(env)) return {};
  return {
    // The backend keeps attributes beside each file and does not write them whole: killed at that moment, it could not
    // read the state again. Nothing needs them.
    PULUMI_BACKEND_URL: `file://${at.state}?metadata=skip`,
    ...(!hasOwnPassphrase(env) && { PULUMI_CONFIG_PASSPHRASE_FILE: at.passphrase }),
  };
}

/** @param {NodeJS.ProcessEnv} env */
export function hasOwnBackend(env) {
  return [setting(env, "PULUMI_BACKEND_URL"), setting(env, "PULUMI_ACCESS_TOKEN"), currentLogin(env)].some(Boolean);
}

/** @param {NodeJS.ProcessEnv} env */
export function hasOwnPassphrase(env) {
  return env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || setting(env, "PULUMI_CONFIG_PASSPHRASE_FILE") !== undefined;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
function currentLogin(env) {
  const file = join(credentialsFolder(env), "credentials.json");
  return /** @type {{ current?: string } | undefined} */ (readJson(file))?.current;
}

/** @param {NodeJS.ProcessEnv} env */
function credentialsFolder(env) {
  return setting(env, "PULUMI_CREDENTIALS_PATH") ?? setting(env, "PULUMI_HOME") ?? join(home(env), ".pulumi");
}

/**
 * A private authority's certificates, where the program has put some, for plugins that ask a registry themselves.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
function searchedCertificates(at, env) {
  if (!existsSync(at.certificates)) return {};
  const others = (env["SSL_CERT_DIR"] ?? CERTIFICATE_FOLDERS).split(":").filter((folder) => folder !== at.certificates);
  return { SSL_CERT_DIR: [at.certificates, ...others].join(":") };
}

function caBundle() {
  const bundle = CA_BUNDLES.find((file) => existsSync(file));
  return bundle ? { NODE_EXTRA_CA_CERTS: bundle } : {};
}
